/** Mean and standard deviation of ImageNet's channels (red, green, blue) on a scale of 0 … 1, as torchvision has them. */
export const imagenetMean: readonly number[] = [0.485, 0.456, 0.406]
export const imagenetStd: readonly number[] = [0.229, 0.224, 0.225]
