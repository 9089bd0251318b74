//! Making a picture smaller by averaging areas, in whole numbers: every source pixel counts by exactly the area it
//! covers, nothing rings, and every processor gives the same bytes (a floating filter would not promise that).

use image::RgbImage;

/// The picture with its longest side at most `side`; smaller ones are returned as they are.
pub(crate) fn shrink_to(image: RgbImage, side: u32) -> RgbImage {
    let (width, height) = image.dimensions();
    let longest = width.max(height);
    if longest <= side {
        return image;
    }
    // At least one pixel: a 50000 × 1 panorama is absurd, but no reason to fail here.
    let part = |length: u32| {
        let scaled = (u64::from(length) * u64::from(side) + u64::from(longest) / 2) / u64::from(longest);
        (scaled as u32).max(1)
    };
    average(&image, part(width), part(height))
}

/// How one source row or column falls on the target: `here` of it on its target, `next` on the one after.
struct Overlap {
    target: usize,
    here: u32,
    next: u32,
    /// Whether its target is complete with it.
    closes: bool,
}

/// Lengths are measured so that a source pixel is `to` long and a target pixel `from` long: then every overlap is a
/// whole number, and the weights of one target pixel sum to `from`.
fn overlaps(from: u32, to: u32) -> Vec<Overlap> {
    let (from, to) = (u64::from(from), u64::from(to));
    (0..from)
        .map(|index| {
            let target = index * to / from;
            let over = ((index + 1) * to).checked_sub((target + 1) * from);
            let next = over.unwrap_or(0);
            Overlap {
                target: target as usize,
                here: (to - next) as u32,
                next: next as u32,
                closes: over.is_some(),
            }
        })
        .collect()
}

/// Area average. Sides are at most 65,535 (the decoder sees to it), so a row's sums fit 32 bits.
fn average(image: &RgbImage, to_width: u32, to_height: u32) -> RgbImage {
    let (from_width, from_height) = image.dimensions();
    let columns = overlaps(from_width, to_width);
    let rows = overlaps(from_height, to_height);
    let area = u64::from(from_width) * u64::from(from_height);

    let row_len = to_width as usize * 3;
    let mut narrow = vec![0u32; row_len];
    let mut sums = vec![0u64; row_len];
    let mut out = RgbImage::new(to_width, to_height);
    let mut out_rows = out.chunks_exact_mut(row_len);

    for (source, row) in image.chunks_exact(from_width as usize * 3).zip(&rows) {
        narrow_row(source, &columns, &mut narrow);
        for (sum, value) in sums.iter_mut().zip(&narrow) {
            *sum += u64::from(*value) * u64::from(row.here);
        }
        if row.closes {
            let target = out_rows.next().into_iter().flatten();
            for ((byte, sum), value) in target.zip(&mut sums).zip(&narrow) {
                *byte = ((*sum + area / 2) / area) as u8;
                *sum = u64::from(*value) * u64::from(row.next);
            }
        }
    }
    out
}

/// One source row brought to the target's width; each value is a weighted sum, still to be divided.
fn narrow_row(source: &[u8], columns: &[Overlap], narrow: &mut [u32]) {
    narrow.fill(0);
    for (pixel, column) in source.chunks_exact(3).zip(columns) {
        let targets = &mut narrow[column.target * 3..];
        for (sum, value) in targets.iter_mut().zip(pixel) {
            *sum += u32::from(*value) * column.here;
        }
        if column.next > 0 {
            for (sum, value) in targets[3..].iter_mut().zip(pixel) {
                *sum += u32::from(*value) * column.next;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;
    use proptest::prelude::*;

    #[test]
    fn a_small_picture_is_left_alone_and_a_large_one_keeps_its_shape() {
        assert_eq!(shrink_to(RgbImage::new(300, 200), 320).dimensions(), (300, 200));
        assert_eq!(shrink_to(RgbImage::new(4000, 3000), 2048).dimensions(), (2048, 1536));
        assert_eq!(shrink_to(RgbImage::new(3000, 4001), 2048).dimensions(), (1536, 2048));
        assert_eq!(shrink_to(RgbImage::new(5000, 1), 640).dimensions(), (640, 1));
    }

    #[test]
    fn two_pixels_become_their_mean() {
        let mut image = RgbImage::new(2, 1);
        image.put_pixel(0, 0, Rgb([10, 0, 255]));
        image.put_pixel(1, 0, Rgb([20, 1, 255]));
        assert_eq!(shrink_to(image, 1).get_pixel(0, 0).0, [15, 1, 255]);
    }

    proptest! {
        #[test]
        fn one_colour_stays_that_colour(width in 1u32..90, height in 1u32..90, side in 1u32..40, colour: [u8; 3]) {
            let small = shrink_to(RgbImage::from_pixel(width, height, Rgb(colour)), side);
            prop_assert!(small.pixels().all(|pixel| pixel.0 == colour));
        }

        #[test]
        fn weights_of_every_target_sum_to_the_source(from in 1u32..500, to in 1u32..500) {
            prop_assume!(to <= from);
            let mut sums = vec![0; to as usize + 1];
            for overlap in overlaps(from, to) {
                sums[overlap.target] += overlap.here;
                sums[overlap.target + 1] += overlap.next;
            }
            prop_assert_eq!(sums.pop(), Some(0));
            prop_assert!(sums.iter().all(|sum| *sum == from));
        }
    }
}
