/**
 * A change to an image with its drawn parameters: what torchvision's `transforms.functional` does to a PIL image of that
 * size. Rotations in degrees counter-clockwise; shears as the tangent; translations in pixels to the right or down;
 * enhancement factors, 1 for no change; hue as a part of the circle, −0.5 to 0.5; posterize keeps `bits` of 8; solarize
 * inverts from `threshold` on.
 */
export type Operation =
  | { readonly kind: 'horizontal-flip' | 'vertical-flip' | 'auto-contrast' | 'equalize' }
  | { readonly kind: 'rotate'; readonly degrees: number }
  | { readonly kind: 'shear-x' | 'shear-y'; readonly tangent: number }
  | { readonly kind: 'translate-x' | 'translate-y'; readonly pixels: number }
  | { readonly kind: Enhancement; readonly factor: number }
  | { readonly kind: 'hue'; readonly shift: number }
  | { readonly kind: 'posterize'; readonly bits: number }
  | { readonly kind: 'solarize'; readonly threshold: number }

export type Enhancement = 'brightness' | 'contrast' | 'saturation' | 'sharpness'
