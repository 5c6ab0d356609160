//! What a picture that is sent says about itself: its size, and a small one beside it.
//!
//! Only files the user chose to send are looked at here, never foreign ones; even so a file
//! may be made to unpack into far more than it is, so each decoder has its limits, and what
//! goes beyond them, or is no picture at all, is sent as it is, without a small one. The
//! camera's turn is applied to the small one, because what is written here carries no such
//! note; the size is the one people see. Moving pictures stand still in it.

use std::io::{BufReader, Cursor};
use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits};

/// The small picture fits in here.
const SMALL: (u32, u32) = (800, 600);
/// A file of at most so many bytes is as good as a small one, if it is no larger on screen.
const LIGHT: u64 = 256 * 1024;
/// No side of a picture that is unpacked is longer, in pixels.
const LONGEST: u32 = 20_000;
/// No picture takes more memory, in bytes: some sixty million pixels.
const MEMORY: u64 = 192 * 1024 * 1024;
/// No larger file is looked into, in bytes; one decoder reads it as a whole.
const HEAVY: u64 = 100 * 1024 * 1024;
/// Of 100; the loss is not seen at this size.
const QUALITY: u8 = 82;

/// What is known of a picture.
#[derive(Debug)]
pub(super) struct Picture {
    /// Width and height as seen, in pixels.
    pub(super) size: (u32, u32),
    /// The small one, where one is worth it.
    pub(super) small: Option<Small>,
}

/// A small picture.
#[derive(Debug)]
pub(super) struct Small {
    pub(super) bytes: Vec<u8>,
    pub(super) mime: &'static str,
    pub(super) size: (u32, u32),
}

/// Looks at the file at `path` of so many bytes. Blocks. Nothing when it is not a picture that
/// can be read here.
pub(super) fn look(path: &Path, bytes: u64) -> Option<Picture> {
    if bytes > HEAVY {
        return None;
    }
    let file = std::fs::File::open(path).map_err(ImageError::IoError);
    let picture = file.and_then(|file| read(BufReader::new(file), bytes));
    picture.unwrap_or_else(|error| {
        tracing::debug!(%error, "a picture is sent without a word on its size");
        None
    })
}

fn read(
    file: impl std::io::BufRead + std::io::Seek,
    bytes: u64,
) -> Result<Option<Picture>, ImageError> {
    let reader = ImageReader::new(file).with_guessed_format()?;
    if reader.format().is_none() {
        return Ok(None);
    }
    let mut decoder = reader.into_decoder()?;
    let turn = decoder.orientation()?;
    let (width, height) = decoder.dimensions();
    let size = if sideways(turn) {
        (height, width)
    } else {
        (width, height)
    };
    let mut picture = Picture { size, small: None };
    if size.0 <= SMALL.0 && size.1 <= SMALL.1 && bytes <= LIGHT {
        return Ok(Some(picture));
    }
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(LONGEST);
    limits.max_image_height = Some(LONGEST);
    limits.max_alloc = Some(MEMORY);
    // What is too large to unpack still has a size that was read from its head.
    let unpacked = limits
        .reserve(decoder.total_bytes())
        .and_then(|()| decoder.set_limits(limits))
        .and_then(|()| DynamicImage::from_decoder(decoder));
    match unpacked {
        Ok(whole) => {
            let small = small(&whole, turn)?;
            picture.small = Some(small).filter(|it| (it.bytes.len() as u64) < bytes);
            Ok(Some(picture))
        }
        Err(error) => {
            tracing::debug!(%error, "a picture is sent without a small one");
            Ok(Some(picture))
        }
    }
}

/// Whether the picture is seen lying down though it is stored upright, or the other way round.
fn sideways(turn: Orientation) -> bool {
    matches!(
        turn,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    )
}

/// The picture in its small size; one that fits already stays as it is.
fn small(whole: &DynamicImage, turn: Orientation) -> Result<Small, ImageError> {
    let (across, down) = if sideways(turn) {
        (SMALL.1, SMALL.0)
    } else {
        SMALL
    };
    let fits = whole.width() <= across && whole.height() <= down;
    let mut seen = if fits {
        whole.clone()
    } else {
        whole.thumbnail(across, down)
    };
    seen.apply_orientation(turn);
    let size = (seen.width(), seen.height());
    let mut bytes = Vec::new();
    let clear = seen.color().has_alpha() && seen.to_rgba8().pixels().any(|it| it.0[3] != 255);
    let mime = if clear {
        let seen = DynamicImage::from(seen.to_rgba8());
        seen.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)?;
        "image/png"
    } else {
        JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode_image(&seen.to_rgb8())?;
        "image/jpeg"
    };
    Ok(Small { bytes, mime, size })
}

#[cfg(test)]
#[path = "picture_tests.rs"]
mod tests;
