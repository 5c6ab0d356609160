//! Small pictures, of well-behaved and of wicked files.

use image::{Rgb, RgbImage, Rgba, RgbaImage};

use super::*;

/// A picture with as much going on as a photograph.
fn busy(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let noise = x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503);
        let [a, b, ..] = noise.to_le_bytes();
        Rgb([a, b, u8::try_from(x % 256).unwrap()])
    })
}

fn coded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture
        .write_to(&mut Cursor::new(&mut bytes), format)
        .unwrap();
    bytes
}

fn seen(bytes: &[u8]) -> Option<Picture> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a");
    std::fs::write(&path, bytes).unwrap();
    look(&path, bytes.len() as u64)
}

#[test]
fn a_large_picture_gets_a_small_one_of_its_own_shape() {
    let whole = DynamicImage::from(busy(2000, 1000));
    for format in [ImageFormat::Png, ImageFormat::Jpeg] {
        let bytes = coded(&whole, format);
        let picture = seen(&bytes).unwrap();
        assert_eq!(picture.size, (2000, 1000));
        let small = picture.small.unwrap();
        assert_eq!((small.size, small.mime), ((800, 400), "image/jpeg"));
        assert!(small.bytes.len() < bytes.len());
        let again = image::load_from_memory(&small.bytes).unwrap();
        assert_eq!((again.width(), again.height()), (800, 400));
    }
}

#[test]
fn what_can_be_seen_through_still_can_be() {
    let whole = RgbaImage::from_fn(900, 900, |x, y| {
        let clear = u8::try_from(x.wrapping_mul(y) % 256).unwrap();
        Rgba([9, clear, 7, clear])
    });
    let picture = seen(&coded(&whole.into(), ImageFormat::Png)).unwrap();
    let small = picture.small.unwrap();
    assert_eq!((small.size, small.mime), ((600, 600), "image/png"));
    let again = image::load_from_memory(&small.bytes).unwrap();
    assert!(again.color().has_alpha());
}

#[test]
fn a_picture_that_is_small_is_only_measured() {
    let whole = DynamicImage::from(busy(300, 200));
    let picture = seen(&coded(&whole, ImageFormat::Png)).unwrap();
    assert_eq!(picture.size, (300, 200));
    assert!(picture.small.is_none());
}

#[test]
fn a_picture_taken_upright_stands_upright() {
    let whole = DynamicImage::from(busy(2000, 1000));
    let mut bytes = coded(&whole, ImageFormat::Jpeg);
    // What a camera held on its side writes behind the first two bytes.
    let note: &[u8] = b"\xff\xe1\x00\x22Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\
        \x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00";
    bytes.splice(2..2, note.iter().copied());
    let picture = seen(&bytes).unwrap();
    assert_eq!(picture.size, (1000, 2000));
    assert_eq!(picture.small.unwrap().size, (300, 600));
}

/// A PNG whose head tells of any size, and that holds next to nothing.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = coded(&DynamicImage::from(RgbImage::new(1, 1)), ImageFormat::Png);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bytes
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (0xEDB8_8320 & (sum & 1).wrapping_neg())
        })
    })
}

#[test]
fn a_file_that_would_unpack_into_gigabytes_is_not_unpacked() {
    for (width, height) in [(60_000, 60_000), (19_999, 19_999), (30_000, 10)] {
        let picture = seen(&bomb(width, height)).unwrap();
        assert_eq!(picture.size, (width, height));
        assert!(picture.small.is_none());
    }
}

#[test]
fn what_is_no_picture_or_a_broken_one_is_sent_as_it_is() {
    assert!(seen(b"").is_none());
    assert!(seen(b"%PDF-1.7 and so on").is_none());
    assert!(seen(b"\x89PNG\r\n\x1a\n and nothing else").is_none());
    let whole = coded(&DynamicImage::from(busy(1000, 1000)), ImageFormat::Png);
    let torn = seen(&whole[..whole.len() / 2]);
    assert!(torn.is_none_or(|it| it.small.is_none()));
    assert!(look(Path::new("/no/such/file"), 1).is_none());
}
