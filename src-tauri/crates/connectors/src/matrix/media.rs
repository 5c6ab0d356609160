//! Files, both ways, without ever holding a whole one in memory.
//!
//! The SDK's own calls take and give byte vectors, so the two requests are made here, on its
//! HTTP client and with its tokens. An encrypted file is encrypted into a temporary file
//! first (its length must be known before the upload begins) and decrypted out of one, so
//! that a file whose hash is wrong never appears under its name. A picture that is sent gets a
//! small one beside it, encrypted like itself.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use matrix_sdk::Client;
use matrix_sdk::reqwest::{Method, RequestBuilder, Response};
use matrix_sdk::ruma::OwnedMxcUri;
use matrix_sdk_crypto::{AttachmentDecryptor, AttachmentEncryptor, MediaEncryptionInfo};
use rapport_model::Fault;
use serde_json::{Value, json};
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt as _;
use url::Url;

use super::content::{Source, add_picture, file_content};
use super::fault::{self, Asked, REQUEST_TIMEOUT};
use super::picture::{self, Small};

/// The slowest line that is still worth waiting for, in bytes a second.
const SLOWEST: u64 = 20 * 1024;
const SMALL: (u32, u32) = (800, 600);

/// Uploads a file and gives the content of its event.
pub(super) async fn upload(
    client: &Client,
    path: &str,
    encrypt: bool,
    state_dir: &Path,
) -> Result<Value, Fault> {
    let path = PathBuf::from(path);
    let size = checked_size(client, &path).await?;
    let name = path
        .file_name()
        .map_or("file".into(), |name| name.to_string_lossy())
        .into_owned();
    let mime = mime_guess::from_path(&path)
        .first_or_octet_stream()
        .to_string();
    let place = Place {
        client,
        encrypt,
        state_dir,
    };
    let picture = if mime.starts_with("image/") {
        let from = path.clone();
        // A decoder that gives up on a file must not keep the file from being sent.
        tokio::task::spawn_blocking(move || picture::look(&from, size))
            .await
            .unwrap_or_default()
    } else {
        None
    };
    let source = place.put(&path, &mime, Some(&name)).await?;
    let mut content = file_content(kind(&mime), &name, &mime, size, &source);
    if let Some(picture) = picture {
        let small = match picture.small {
            Some(small) => place.put_small(&small).await?.map(|source| (small, source)),
            None => None,
        };
        let small = small.as_ref().map(|(small, source)| (small, source));
        add_picture(&mut content, picture.size, small);
    }
    Ok(content)
}

/// Where files go, and in which form.
struct Place<'a> {
    client: &'a Client,
    encrypt: bool,
    state_dir: &'a Path,
}

impl Place<'_> {
    async fn put(&self, path: &Path, mime: &str, name: Option<&str>) -> Result<Source, Fault> {
        if !self.encrypt {
            return Ok(Source::Url(put(self.client, path, mime, name).await?));
        }
        let (from, dir) = (path.to_owned(), self.state_dir.to_owned());
        let (hidden, info) = blocking(move || encrypted(&from, &dir)).await?;
        let url = put(self.client, hidden.path(), "application/octet-stream", None).await?;
        let mut file = serde_json::to_value(&info).map_err(|e| Fault::Rejected(e.to_string()))?;
        if let Some(object) = file.as_object_mut() {
            object.insert("url".to_owned(), json!(url));
        }
        Ok(Source::File(file))
    }

    /// Nothing where the server will not have it: the picture itself goes without.
    async fn put_small(&self, small: &Small) -> Result<Option<Source>, Fault> {
        let (bytes, dir) = (small.bytes.clone(), self.state_dir.to_owned());
        let file = blocking(move || {
            let mut file = NamedTempFile::new_in(dir).map_err(|error| disk(&error))?;
            file.write_all(&bytes).map_err(|error| disk(&error))?;
            file.flush().map_err(|error| disk(&error))?;
            Ok(file)
        })
        .await?;
        match self.put(file.path(), small.mime, None).await {
            Ok(source) => Ok(Some(source)),
            Err(Fault::Rejected(_) | Fault::Denied(_)) => Ok(None),
            Err(fault) => Err(fault),
        }
    }
}

async fn checked_size(client: &Client, path: &Path) -> Result<u64, Fault> {
    let shown = path.display();
    let meta = tokio::fs::metadata(path).await.map_err(|error| {
        Fault::Rejected(format!(
            "the file {shown} cannot be read ({error}); it was not sent"
        ))
    })?;
    if !meta.is_file() {
        return Err(Fault::Rejected(format!(
            "{shown} is not a file; it was not sent"
        )));
    }
    let limit = client.load_or_fetch_max_upload_size().await;
    let limit = u64::from(limit.map_err(|error| fault::of(&error, Asked::Reading))?);
    if meta.len() > limit {
        return Err(Fault::Rejected(format!(
            "{shown} has {} bytes, the homeserver takes at most {limit}; it was not sent",
            meta.len()
        )));
    }
    Ok(meta.len())
}

fn encrypted(from: &Path, dir: &Path) -> Result<(NamedTempFile, MediaEncryptionInfo), Fault> {
    let mut source = std::fs::File::open(from).map_err(|error| disk(&error))?;
    let mut hidden = NamedTempFile::new_in(dir).map_err(|error| disk(&error))?;
    let mut encryptor = AttachmentEncryptor::new(&mut source);
    copy(&mut encryptor, &mut hidden, u64::MAX)?;
    hidden.flush().map_err(|error| disk(&error))?;
    Ok((hidden, encryptor.finish()))
}

async fn put(
    client: &Client,
    path: &Path,
    mime: &str,
    name: Option<&str>,
) -> Result<String, Fault> {
    let mut url = address(client, &["_matrix", "media", "v3", "upload"])?;
    if let Some(name) = name {
        url.query_pairs_mut().append_pair("filename", name);
    }
    let size = tokio::fs::metadata(path)
        .await
        .map_err(|error| disk(&error))?
        .len();
    let wish = Wish {
        url,
        patience: patience(size),
        upload: Some((path, mime, size)),
    };
    let response = with_token(client, &wish).await?;
    let answer = response
        .text()
        .await
        .map_err(|e| fault::of_transport(&e, Asked::Reading))?;
    let answer: Value = serde_json::from_str(&answer).unwrap_or_default();
    let url = answer.get("content_uri").and_then(Value::as_str);
    url.map(str::to_owned).ok_or_else(|| {
        Fault::Transient("the homeserver did not say where it put the file".to_owned())
    })
}

/// Downloads the file at `source` to `to`, at most `limit` bytes. Gives its length.
pub(super) async fn download(
    client: &Client,
    source: &str,
    to: &Path,
    limit: u64,
    state_dir: &Path,
) -> Result<u64, Fault> {
    let source: Source = serde_json::from_str(source)
        .map_err(|_bad| Fault::Rejected("this is not the address of a file".to_owned()))?;
    let beside = to
        .parent()
        .filter(|dir| !dir.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    match source {
        Source::Url(url) => keep(get(client, &url, false, limit, beside).await?, to).await,
        Source::Small(url) => keep(get(client, &url, true, limit, beside).await?, to).await,
        Source::File(mut file) => {
            let url = file
                .get("url")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            if let Some(object) = file.as_object_mut() {
                object.retain(|name, _| name != "url" && name != "mimetype");
            }
            let info: MediaEncryptionInfo = serde_json::from_value(file)
                .map_err(|_bad| Fault::Rejected("the keys of this file are damaged".to_owned()))?;
            let hidden = get(client, &url, false, limit, state_dir).await?;
            let beside = beside.to_owned();
            let plain = blocking(move || decrypted(hidden, info, &beside)).await?;
            keep(plain, to).await
        }
    }
}

async fn get(
    client: &Client,
    mxc: &str,
    small: bool,
    limit: u64,
    dir: &Path,
) -> Result<NamedTempFile, Fault> {
    let mxc = OwnedMxcUri::from(mxc);
    let (server, id) = mxc
        .parts()
        .map_err(|_bad| Fault::Rejected("this is not the address of a file".to_owned()))?;
    let what = if small { "thumbnail" } else { "download" };
    let now = [
        "_matrix",
        "client",
        "v1",
        "media",
        what,
        server.as_str(),
        id,
    ];
    let before = ["_matrix", "media", "v3", what, server.as_str(), id];
    let response = match fetched(client, address(client, &now)?, small, limit).await {
        // A server older than authenticated media.
        Err(Fault::Rejected(why)) if why.contains(UNRECOGNISED) => {
            fetched(client, address(client, &before)?, small, limit).await?
        }
        other => other?,
    };
    let too_large = || Fault::Rejected(format!("the file has more than {limit} bytes"));
    if response
        .content_length()
        .is_some_and(|length| length > limit)
    {
        return Err(too_large());
    }
    let file = NamedTempFile::new_in(dir).map_err(|error| disk(&error))?;
    let handle = file.reopen().map_err(|error| disk(&error))?;
    let (mut out, mut response) = (tokio::fs::File::from_std(handle), response);
    let mut length = 0_u64;
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| fault::of_transport(&error, Asked::Reading))?
    {
        length = length.saturating_add(chunk.len() as u64);
        if length > limit {
            return Err(too_large());
        }
        out.write_all(&chunk).await.map_err(|error| disk(&error))?;
    }
    out.flush().await.map_err(|error| disk(&error))?;
    Ok(file)
}

const UNRECOGNISED: &str = "nrecognized";

async fn fetched(
    client: &Client,
    mut url: Url,
    small: bool,
    limit: u64,
) -> Result<Response, Fault> {
    if small {
        url.query_pairs_mut()
            .append_pair("width", &SMALL.0.to_string())
            .append_pair("height", &SMALL.1.to_string())
            .append_pair("method", "scale");
    }
    with_token(
        client,
        &Wish {
            url,
            patience: patience(limit),
            upload: None,
        },
    )
    .await
}

/// A request that the SDK knows nothing of.
struct Wish<'a> {
    url: Url,
    patience: Duration,
    /// The file to send along, its type and its length.
    upload: Option<(&'a Path, &'a str, u64)>,
}

impl Wish<'_> {
    async fn request(&self, client: &Client) -> Result<RequestBuilder, Fault> {
        let http = client.http_client();
        let request = match self.upload {
            None => http.request(Method::GET, self.url.clone()),
            Some((path, mime, size)) => {
                let file = tokio::fs::File::open(path)
                    .await
                    .map_err(|error| disk(&error))?;
                http.request(Method::POST, self.url.clone())
                    .header("content-type", mime)
                    .header("content-length", size)
                    .body(file)
            }
        };
        Ok(request.timeout(self.patience))
    }
}

/// Sends a request with the account's token; renews that once.
async fn with_token(client: &Client, wish: &Wish<'_>) -> Result<Response, Fault> {
    let mut renewed = false;
    loop {
        let token = client.access_token().ok_or_else(fault::signed_out)?;
        let response = wish.request(client).await?.bearer_auth(token).send().await;
        let response = response.map_err(|e| fault::of_transport(&e, Asked::Reading))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let body = response.text().await.unwrap_or_default();
        let fault = fault::of_status(status.as_u16(), &body, Asked::Reading);
        if renewed || !matches!(fault, Fault::SignIn(_)) {
            return Err(fault);
        }
        client
            .refresh_access_token()
            .await
            .map_err(|_refused| fault)?;
        renewed = true;
    }
}

fn decrypted(
    hidden: NamedTempFile,
    info: MediaEncryptionInfo,
    dir: &Path,
) -> Result<NamedTempFile, Fault> {
    let mut source = hidden.reopen().map_err(|error| disk(&error))?;
    let mut plain = NamedTempFile::new_in(dir).map_err(|error| disk(&error))?;
    let mut decryptor = AttachmentDecryptor::new(&mut source, info)
        .map_err(|_bad| Fault::Rejected("the keys of this file are damaged".to_owned()))?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        // The reader compares the hash when it reaches the end.
        let read = decryptor.read(&mut buffer).map_err(|_bad| {
            Fault::Rejected("the file was altered on its way; it was not kept".to_owned())
        })?;
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else {
            break;
        };
        plain.write_all(bytes).map_err(|error| disk(&error))?;
    }
    plain.flush().map_err(|error| disk(&error))?;
    Ok(plain)
}

fn copy(
    from: &mut impl std::io::Read,
    to: &mut impl std::io::Write,
    limit: u64,
) -> Result<u64, Fault> {
    std::io::copy(&mut from.take(limit), to).map_err(|error| disk(&error))
}

async fn keep(file: NamedTempFile, to: &Path) -> Result<u64, Fault> {
    let to = to.to_owned();
    blocking(move || {
        let length = file
            .as_file()
            .metadata()
            .map_err(|error| disk(&error))?
            .len();
        file.persist(&to).map_err(|error| disk(&error.error))?;
        Ok(length)
    })
    .await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_stopped| Err(Fault::Transient("the file work was stopped".to_owned())))
}

fn address(client: &Client, segments: &[&str]) -> Result<Url, Fault> {
    let mut url = client.homeserver();
    url.path_segments_mut()
        .map_err(|()| Fault::Rejected("the homeserver's address cannot be used".to_owned()))?
        .pop_if_empty()
        .extend(segments);
    Ok(url)
}

fn patience(bytes: u64) -> Duration {
    REQUEST_TIMEOUT + Duration::from_secs((bytes / SLOWEST).min(4 * 3600))
}

fn kind(mime: &str) -> &'static str {
    match mime.split('/').next() {
        Some("image") => "m.image",
        Some("video") => "m.video",
        Some("audio") => "m.audio",
        _ => "m.file",
    }
}

pub(super) fn disk(error: &std::io::Error) -> Fault {
    Fault::Transient(format!("the disk does not do its part: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encrypted_file_comes_back_and_an_altered_one_is_refused() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("offer.pdf");
        let bytes: Vec<u8> = (0..200_000_u32).map(|n| n.to_le_bytes()[0]).collect();
        std::fs::write(&path, &bytes).expect("written");
        let (hidden, info) = encrypted(&path, dir.path()).expect("encrypted");
        let secret = std::fs::read(hidden.path()).expect("read");
        assert_ne!(secret, bytes);
        let info = serde_json::to_value(info).expect("json");
        let again = || serde_json::from_value::<MediaEncryptionInfo>(info.clone()).expect("info");

        let altered = NamedTempFile::new_in(dir.path()).expect("a file");
        let mut other = secret.clone();
        other[77] ^= 1;
        std::fs::write(altered.path(), &other).expect("written");
        let fault = decrypted(altered, again(), dir.path()).expect_err("refused");
        assert_eq!(fault.word(), "rejected");

        let plain = decrypted(hidden, again(), dir.path()).expect("decrypted");
        assert_eq!(std::fs::read(plain.path()).expect("read"), bytes);
    }

    #[test]
    fn a_file_is_announced_as_what_it_is() {
        assert_eq!(kind("image/png"), "m.image");
        assert_eq!(kind("application/pdf"), "m.file");
        assert_eq!(kind(""), "m.file");
    }
}
