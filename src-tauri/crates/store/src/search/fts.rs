//! Registers the tokenizer with SQLite: the one place in the project that
//! speaks C.
//!
//! Invariant: nothing that happens in Rust crosses into C except a result
//! code; a panic becomes `SQLITE_ERROR`, and text that is not UTF-8 is read
//! with its bad bytes replaced.
#![expect(
    unsafe_code,
    reason = "FTS5 takes tokenizers only through its C interface; every call is bounded by the \
              length SQLite passes with the pointer"
)]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use rusqlite::{Connection, ffi};

use super::token::tokenize;

/// The name used in `tokenize = '…'`.
const NAME: &CStr = c"rapport";

type EmitFn = unsafe extern "C" fn(
    ctx: *mut c_void,
    flags: c_int,
    token: *const c_char,
    len: c_int,
    start: c_int,
    end: c_int,
) -> c_int;

/// Makes the tokenizer known to this connection. Every connection that reads
/// or writes the index needs it, before the first statement that touches it.
///
/// # Errors
/// SQLite was built without FTS5 or is out of memory.
pub fn register(conn: &Connection) -> rusqlite::Result<()> {
    let mut api: *mut ffi::fts5_api = ptr::null_mut();
    let mut statement: *mut ffi::sqlite3_stmt = ptr::null_mut();
    // SAFETY: the handle belongs to `conn`, which outlives this call; it is
    // only used to prepare one statement, which is finalised below.
    let prepared = unsafe {
        ffi::sqlite3_prepare_v2(
            conn.handle(),
            c"SELECT fts5(?1)".as_ptr(),
            -1,
            &raw mut statement,
            ptr::null_mut(),
        )
    };
    check(prepared)?;
    // SAFETY: `statement` was prepared above; `api` outlives the step that
    // writes to it; the pointer type is the one FTS5 documents; finalising
    // happens exactly once.
    unsafe {
        ffi::sqlite3_bind_pointer(
            statement,
            1,
            (&raw mut api).cast(),
            c"fts5_api_ptr".as_ptr(),
            None,
        );
        ffi::sqlite3_step(statement);
        check(ffi::sqlite3_finalize(statement))?;
    }
    if api.is_null() {
        return Err(failure(ffi::SQLITE_ERROR));
    }
    let mut tokenizer = ffi::fts5_tokenizer {
        xCreate: Some(create),
        xDelete: Some(delete),
        xTokenize: Some(cut),
    };
    // SAFETY: FTS5 filled `api`, it lives as long as the connection; FTS5
    // copies the name and the three functions, which are `'static`.
    let created = unsafe {
        let Some(create_tokenizer) = (*api).xCreateTokenizer else {
            return Err(failure(ffi::SQLITE_ERROR));
        };
        create_tokenizer(
            api,
            NAME.as_ptr(),
            ptr::null_mut(),
            &raw mut tokenizer,
            None,
        )
    };
    check(created)
}

fn check(code: c_int) -> rusqlite::Result<()> {
    if code == ffi::SQLITE_OK {
        Ok(())
    } else {
        Err(failure(code))
    }
}

fn failure(code: c_int) -> rusqlite::Error {
    let text = "the search tokenizer could not be registered".to_owned();
    rusqlite::Error::SqliteFailure(ffi::Error::new(code), Some(text))
}

/// The tokenizer has no state: any non-null pointer stands for it.
unsafe extern "C" fn create(
    _user: *mut c_void,
    _args: *mut *const c_char,
    _count: c_int,
    out: *mut *mut ffi::Fts5Tokenizer,
) -> c_int {
    // SAFETY: FTS5 passes a valid place for the result; the pointer written is
    // never read through, by us or by FTS5.
    unsafe { *out = ptr::NonNull::dangling().as_ptr() };
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete(_tokenizer: *mut ffi::Fts5Tokenizer) {}

/// Cuts a document with [`tokenize`]. Query text arrives already cut, one
/// token per space, and passes unchanged.
unsafe extern "C" fn cut(
    _tokenizer: *mut ffi::Fts5Tokenizer,
    ctx: *mut c_void,
    flags: c_int,
    text: *const c_char,
    len: c_int,
    emit: Option<EmitFn>,
) -> c_int {
    let (Some(emit), Ok(len)) = (emit, usize::try_from(len)) else {
        return ffi::SQLITE_OK;
    };
    if text.is_null() || len == 0 {
        return ffi::SQLITE_OK;
    }
    // SAFETY: SQLite passes `len` readable bytes that stay put for the call.
    let bytes = unsafe { std::slice::from_raw_parts(text.cast::<u8>(), len) };
    let mut code = ffi::SQLITE_OK;
    let mut pass = |token: &str, start: usize, end: usize| {
        let (Ok(size), Ok(start), Ok(end)) = (
            c_int::try_from(token.len()),
            c_int::try_from(start),
            c_int::try_from(end),
        ) else {
            return ControlFlow::Break(());
        };
        // SAFETY: `ctx` and `emit` come from the same call and go back
        // together; FTS5 copies the token before it returns.
        code = unsafe { emit(ctx, 0, token.as_ptr().cast(), size, start, end) };
        if code == ffi::SQLITE_OK {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    };
    let worked = catch_unwind(AssertUnwindSafe(|| {
        let text = String::from_utf8_lossy(bytes);
        if flags & ffi::FTS5_TOKENIZE_QUERY == 0 {
            tokenize(&text, |token| pass(token.text, token.start, token.end));
        } else {
            for token in text.split(' ').filter(|token| !token.is_empty()) {
                if pass(token, 0, token.len()).is_break() {
                    break;
                }
            }
        }
    }));
    if worked.is_err() {
        return ffi::SQLITE_ERROR;
    }
    code
}
