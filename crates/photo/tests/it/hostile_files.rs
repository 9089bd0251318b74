//! Files that are sent to do harm, or by mistake, each with the code that a phone refuses it with. The county's own tests
//! send the same ones over its real routes.

use crate::fixtures::*;

/// Each file with its name and the code that it must be refused with.
pub fn refused() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let jpeg = jpeg(&scene(200, 150));
    let png = png(&scene(64, 64));
    let webp = webp(&scene(64, 64));
    let zeros = vec![0u8; 1000];
    let bomb = |width, height, depth, colour| {
        png_of(&[
            (b"IHDR", &ihdr(width, height, depth, colour)),
            (b"IDAT", b"\x78\x9c\x03\0\0\0\0\x01"),
            (b"IEND", b""),
        ])
    };
    let ftyp = |brand: &str| [b"\0\0\0\x18ftyp", brand.as_bytes(), &[0; 40]].concat();
    let patched = |at: usize, with: &[u8]| {
        let mut bytes = webp.clone();
        bytes[at..at + with.len()].copy_from_slice(with);
        bytes
    };
    let frame = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    let as_frame = |marker: u8| {
        let mut bytes = jpeg.clone();
        bytes[frame + 1] = marker;
        bytes
    };
    vec![
        ("no bytes", vec![], "empty"),
        ("one byte", vec![0xFF], "not_an_image"),
        ("start marker only", vec![0xFF, 0xD8], "not_an_image"),
        ("zeros", zeros.clone(), "not_an_image"),
        ("text", "占用消防通道".into(), "not_an_image"),
        ("text that begins like a bitmap", b"BMW parked on the pavement".to_vec(), "not_an_image"),
        (
            "a captive portal's page",
            b"<!DOCTYPE html><html><body>login</body></html>".to_vec(),
            "not_an_image",
        ),
        ("a drawing with script", b"<svg xmlns='x'><script>1</script></svg>".to_vec(), "not_an_image"),
        ("an archive", [b"PK\x03\x04", &zeros[..]].concat(), "not_an_image"),
        ("an archive before a picture", [b"PK\x03\x04", &jpeg[..]].concat(), "not_an_image"),
        ("a program", [b"\x7FELF\x02\x01\x01", &zeros[..]].concat(), "not_an_image"),
        ("a Windows program", [b"MZ\x90\0", &zeros[..]].concat(), "not_an_image"),
        ("a document", b"%PDF-1.7\n%\xE2\xE3\xCF\xD3".to_vec(), "not_an_image"),
        ("a script before a picture", [b"#!/bin/sh\n", &jpeg[..]].concat(), "not_an_image"),
        ("a video", ftyp("isom"), "not_an_image"),
        ("a video named otherwise", [b"RIFF\0\0\0\0AVI ", &zeros[..]].concat(), "not_an_image"),
        ("a database", b"SQLite format 3\0".to_vec(), "not_an_image"),
        ("HEIC", ftyp("heic"), "unsupported_format"),
        ("HEIF of many brands", ftyp("mif1"), "unsupported_format"),
        ("AVIF", ftyp("avif"), "unsupported_format"),
        ("GIF", [b"GIF89a\x01\0\x01\0", &zeros[..]].concat(), "unsupported_format"),
        ("TIFF", [b"II*\0\x08\0\0\0", &zeros[..]].concat(), "unsupported_format"),
        ("raw", [b"MM\0*\0\0\0\x08", &zeros[..]].concat(), "unsupported_format"),
        ("BMP", [b"BM\x36\x10\x0E\0\0\0\0\0", &zeros[..]].concat(), "unsupported_format"),
        ("JPEG XL", b"\xFF\x0A\0\0".to_vec(), "unsupported_format"),
        ("JPEG 2000", b"\0\0\0\x0CjP  \r\n\x87\n\0\0".to_vec(), "unsupported_format"),
        ("Photoshop", b"8BPS\0\x01".to_vec(), "unsupported_format"),
        (
            "JPEG with one scan per colour",
            jpeg_with(&scene(200, 150), |e| e.set_optimized_huffman_tables(true)),
            "unsupported_format",
        ),
        ("lossless JPEG", as_frame(0xC3), "unsupported_format"),
        ("arithmetic JPEG", as_frame(0xC9), "unsupported_format"),
        ("JPEG of 200 megapixels", claim_size(&jpeg, 16_384, 12_288), "too_many_pixels"),
        ("JPEG of 4 gigapixels", claim_size(&jpeg, 65_500, 65_500), "too_many_pixels"),
        ("JPEG just over the limit", claim_size(&jpeg, 8192, 6401), "too_many_pixels"),
        ("JPEG without width", claim_size(&jpeg, 0, 100), "damaged"),
        ("JPEG without height", claim_size(&jpeg, 100, 0), "damaged"),
        ("JPEG of 20 megapixels in 9 kB", claim_size(&jpeg, 5000, 4000), "damaged"),
        ("JPEG of header only", jpeg[..frame + 19].to_vec(), "damaged"),
        ("JPEG of markers only", [0xFF, 0xD8, 0xFF, 0xD9].to_vec(), "damaged"),
        ("JPEG of fill bytes", [&[0xFF, 0xD8][..], &[0xFF; 5000]].concat(), "damaged"),
        ("JPEG with zeros for data", [&[0xFF, 0xD8, 0xFF, 0xE0][..], &zeros].concat(), "damaged"),
        (
            "JPEG that is an archive from its second segment",
            [&jpeg[..20], b"PK\x03\x04", &zeros[..]].concat(),
            "damaged",
        ),
        ("JPEG whose segment passes the end", b"\xFF\xD8\xFF\xE1\xFF\xFFExif\0\0".to_vec(), "damaged"),
        ("PNG of 200 megapixels", bomb(20_000, 10_000, 8, 2), "too_many_pixels"),
        ("PNG of one bit, 10 gigapixels", bomb(100_000, 100_000, 1, 0), "too_many_pixels"),
        ("PNG longer than any side", bomb(2_000_000, 1, 8, 2), "too_many_pixels"),
        ("PNG of the largest numbers", bomb(0x7FFF_FFFF, 0x7FFF_FFFF, 16, 6), "too_many_pixels"),
        ("PNG of 16 bits, 48 megapixels", bomb(8000, 6000, 16, 6), "too_many_pixels"),
        ("PNG without width", bomb(0, 10, 8, 2), "damaged"),
        ("PNG of an absurd depth", bomb(10, 10, 3, 2), "damaged"),
        ("PNG without data", png_of(&[(b"IHDR", &ihdr(10, 10, 8, 2)), (b"IEND", b"")]), "damaged"),
        ("PNG with too little data", bomb(10, 10, 8, 2), "damaged"),
        ("PNG of header only", png[..33].to_vec(), "damaged"),
        ("PNG of signature only", png[..8].to_vec(), "damaged"),
        ("PNG cut in half", png[..png.len() / 2].to_vec(), "damaged"),
        (
            "PNG with a wrong checksum",
            {
                let mut b = png.clone();
                b[30] ^= 1;
                b
            },
            "damaged",
        ),
        ("WebP of signature only", webp[..12].to_vec(), "damaged"),
        ("WebP cut in half", webp[..webp.len() / 2].to_vec(), "damaged"),
        ("WebP with a foreign chunk", patched(12, b"JUNK"), "damaged"),
        ("WebP of 268 megapixels", patched(21, &[0xFE, 0xBF, 0xFF, 0x0F]), "too_many_pixels"),
    ]
}
