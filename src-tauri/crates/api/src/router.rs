//! The `calls!` list as code: from one list come the router by name, the
//! catalogue and the TypeScript, so that no second list can drift.

/// Writes, for each `name(Request) -> Response;`:
/// - an arm of `Api::call` that reads the request, runs `Api::name` and writes
///   the response; a call without a method does not compile;
/// - an entry of `CATALOGUE` with its documentation and TypeScript names;
/// - the export of its types.
macro_rules! calls {
    ($($(#[doc = $doc:literal])+ $name:ident($request:ty) -> $response:ty;)+) => {
        /// Every call with its documentation, in the order of the list.
        #[must_use]
        pub fn catalogue(config: &ts_rs::Config) -> Vec<$crate::typescript::CallEntry> {
            vec![$($crate::typescript::CallEntry {
                name: stringify!($name),
                doc: concat!($($doc, "\n"),+),
                request: <$request as ts_rs::TS>::name(config),
                response: <$response as ts_rs::TS>::name(config),
            }),+]
        }

        /// The name of every call, in the order of the list.
        #[must_use]
        pub const fn names() -> &'static [&'static str] {
            &[$(stringify!($name)),+]
        }

        /// Writes the TypeScript of every type a call mentions.
        ///
        /// # Errors
        /// A file could not be written.
        pub fn export_types(config: &ts_rs::Config) -> Result<(), ts_rs::ExportError> {
            $(
                $crate::typescript::export::<$request>(config)?;
                $crate::typescript::export::<$response>(config)?;
            )+
            Ok(())
        }

        impl Api {
            /// Runs the call of that name. The one door for every caller that
            /// speaks JSON; a panic inside becomes an [`ApiError`].
            ///
            /// # Errors
            /// The name is unknown, the request does not fit, or the call failed.
            pub async fn call(
                &self,
                name: &str,
                request: serde_json::Value,
            ) -> Result<serde_json::Value, $crate::ApiError> {
                match name {
                    $(stringify!($name) => {
                        let request: $request = $crate::calls::read(stringify!($name), request)?;
                        let answer = $crate::calls::guarded(
                            stringify!($name),
                            Box::pin(self.$name(request)),
                        )
                        .await?;
                        $crate::calls::write(&answer)
                    })+
                    other => Err($crate::ApiError::bad_request(format_args!(
                        "There is no call \"{other}\"."
                    ))),
                }
            }
        }
    };
}

pub(crate) use calls;
