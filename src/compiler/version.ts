/** Part of the key of what compiled models make: raised when the same model would compile to another rounding. */
export const compilerVersion = 2
