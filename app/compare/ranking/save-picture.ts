import type { Palette } from './picture.ts';

export type PictureFormat = 'svg' | 'png';

/** The colours in force as other programs understand them. `names`: CSS colours of the contestants. */
export function readPalette(names: readonly string[]): Palette {
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const style = getComputedStyle(document.documentElement);
  const hex = (name: string): string => {
    const variable = /^var\((--[\w-]+)\)$/.exec(name)?.[1] ?? name;
    const color = style.getPropertyValue(variable).trim();
    if (context === null || color === '') return '#808080';
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
    return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('')}`;
  };
  return {
    background: hex('--surface'),
    ink: hex('--ink'),
    muted: hex('--ink-2'),
    line: hex('--line-strong'),
    better: hex('--c1'),
    worse: hex('--c2'),
    colors: new Map(names.map((name) => [name, hex(name)])),
  };
}

/** Hands a picture to the browser as a download. Errors: the browser's, when it cannot draw it. */
export async function savePicture(svg: string, name: string, format: PictureFormat): Promise<void> {
  const picture = new Blob([svg], { type: 'image/svg+xml' });
  const address = URL.createObjectURL(format === 'svg' ? picture : await draw(picture));
  const link = document.createElement('a');
  link.href = address;
  link.download = `${name}.${format}`;
  link.click();
  URL.revokeObjectURL(address);
}

/** Two pixels for each of the picture's. */
async function draw(picture: Blob): Promise<Blob> {
  const address = URL.createObjectURL(picture);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth * 2;
    canvas.height = image.naturalHeight * 2;
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => {
      canvas.toBlob((blob) =>
        blob === null ? reject(new Error('The picture could not be drawn.')) : resolve(blob),
      );
    });
  } finally {
    URL.revokeObjectURL(address);
  }
}
