export type PictureFormat = 'svg' | 'png';

/** Reads colours of the theme in force, by their variable (`--ink`, `var(--ink)`), as other programs understand them. */
export function readColors(): (name: string) => string {
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const style = getComputedStyle(document.documentElement);
  return (name) => {
    const variable = /^var\((--[\w-]+)\)$/.exec(name)?.[1] ?? name;
    const color = style.getPropertyValue(variable).trim();
    if (context === null || color === '') return '#808080';
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
    return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('')}`;
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

/** What browsers draw at most: pixels of a side, and of the whole. */
const [LONGEST, LARGEST] = [16_000, 64_000_000];

/** Two pixels for each of the picture's, fewer where that is more than a browser draws. */
async function draw(picture: Blob): Promise<Blob> {
  const address = URL.createObjectURL(picture);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement('canvas');
    const { naturalWidth: width, naturalHeight: height } = image;
    const scale = Math.min(2, LONGEST / Math.max(width, height), Math.sqrt(LARGEST / (width * height)));
    canvas.width = Math.floor(width * scale);
    canvas.height = Math.floor(height * scale);
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
