//! Calls at a Tryton server, signed in.
//!
//! The session token lies in the vault and nowhere else; with the user's leave
//! the password lies there too, and an ended session is then renewed once.

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rapport_model::connector::Setting;
use rapport_model::{Clock, Fault};
use rapport_net::{Answer, Budget, Effect, Http, HttpConfig, Limits, Method, Priority, Request};
use serde_json::{Map, Value, json};
use tokio::sync::Mutex;

use super::config::Config;
use super::wire::{self, Row};
use crate::common::unanswered;

/// What is known while signed in.
#[derive(Debug)]
pub(super) struct Session {
    authorization: String,
    /// The user's id.
    pub(super) uid: i64,
    /// The user's own context: company, language. Sent with every call.
    context: Map<String, Value>,
    /// May search notes and attachments without naming what they hang on.
    pub(super) administrator: bool,
    /// The user's own party.
    pub(super) me: Option<i64>,
    /// The user's own companies, as parties.
    pub(super) own: BTreeSet<i64>,
    /// The user's company and its currency.
    pub(super) company: Option<i64>,
    pub(super) currency: String,
}

#[derive(Debug)]
pub(super) struct Rpc {
    pub(super) config: Config,
    setting: Setting,
    http: Http,
    budget: Arc<Budget>,
    session: Mutex<Option<Arc<Session>>>,
}

/// How a call is made.
#[derive(Clone, Debug)]
pub(super) struct Call {
    method: String,
    params: Vec<Value>,
    effect: Effect,
    priority: Priority,
    context: Map<String, Value>,
    limit: Option<u64>,
}

impl Call {
    pub(super) fn read(model: &str, method: &str, params: Vec<Value>) -> Self {
        Self {
            method: format!("model.{model}.{method}"),
            params,
            effect: Effect::Read,
            priority: Priority::Background,
            context: Map::new(),
            limit: None,
        }
    }

    /// A call that changes something; somebody waits for it.
    pub(super) fn write(model: &str, method: &str, params: Vec<Value>) -> Self {
        Self {
            effect: Effect::Write,
            priority: Priority::Foreground,
            ..Self::read(model, method, params)
        }
    }

    /// Somebody waits for the answer.
    pub(super) fn foreground(mut self) -> Self {
        self.priority = Priority::Foreground;
        self
    }

    /// Finds what is switched off too.
    pub(super) fn switched_off(mut self) -> Self {
        self.context.insert("active_test".to_owned(), json!(false));
        self
    }

    /// Takes an answer of at most this many bytes.
    pub(super) const fn limit(mut self, bytes: u64) -> Self {
        self.limit = Some(bytes);
        self
    }

    /// Refuses when the row is no longer of this revision.
    pub(super) fn unless_changed(mut self, model: &str, id: i64, revision: &str) -> Self {
        self.context.insert(
            "_timestamp".to_owned(),
            json!({format!("{model},{id}"): revision}),
        );
        self
    }
}

impl Rpc {
    pub(super) fn new(setting: Setting) -> Result<Self, Fault> {
        let config = Config::read(&setting.config)?;
        let budget = Budget::new(Arc::clone(&setting.clock), Limits::default());
        Ok(Self {
            http: Http::new(
                HttpConfig::new(Arc::clone(&setting.clock)).budget(Arc::clone(&budget)),
            )?,
            budget,
            config,
            setting,
            session: Mutex::new(None),
        })
    }

    /// What the server last said is left of its request budget.
    pub(super) fn quota(&self) -> Option<rapport_model::connector::Quota> {
        self.budget.left()
    }

    pub(super) fn clock(&self) -> &Arc<dyn Clock> {
        &self.setting.clock
    }

    /// Calls, renewing an ended session once where the password is kept.
    pub(super) async fn call(&self, call: Call) -> Result<Value, Fault> {
        let session = self.session().await?;
        match self.call_in(&session, &call).await {
            // The server did nothing: repeating a write is safe here.
            Err(Fault::SignIn(why)) => {
                self.forget(&session).await;
                if !self.renew().await? {
                    return Err(Fault::SignIn(why));
                }
                let session = self.session().await?;
                self.call_in(&session, &call).await
            }
            other => other,
        }
    }

    /// Rows of a search.
    pub(super) async fn rows(&self, call: Call) -> Result<Vec<Row>, Fault> {
        let answer = self.call(call).await?;
        let Value::Array(rows) = answer else {
            return Err(Fault::Rejected(
                "the answer is not a list of rows".to_owned(),
            ));
        };
        Ok(rows
            .into_iter()
            .filter_map(|row| match row {
                Value::Object(row) => Some(row),
                _ => None,
            })
            .collect())
    }

    async fn call_in(&self, session: &Session, call: &Call) -> Result<Value, Fault> {
        let mut params = call.params.clone();
        let mut context = session.context.clone();
        context.extend(call.context.clone());
        params.push(Value::Object(context));
        let mut request = match call.effect {
            Effect::Read => Request::read(Method::POST, self.config.rpc()),
            Effect::Write => Request::write(Method::POST, self.config.rpc()),
        }
        .authorization(&session.authorization)
        .json(&json!({"id": 1, "method": call.method, "params": params}));
        if call.priority == Priority::Foreground {
            request = request.foreground();
        }
        if let Some(limit) = call.limit {
            request = request.limit(limit);
        }
        let answer = self.database_answer(self.http.send(request).await?)?;
        wire::result(answer.json()?)
    }

    fn database_answer(&self, answer: Answer) -> Result<Answer, Fault> {
        answer.found()?.ok_or_else(|| {
            Fault::Rejected(format!(
                "{} has no database \"{}\"; check the account's form",
                self.config.base.host_str().unwrap_or("the server"),
                self.config.database
            ))
        })
    }

    /// What is known of the user, asked for once.
    pub(super) async fn session(&self) -> Result<Arc<Session>, Fault> {
        let mut slot = self.session.lock().await;
        if let Some(session) = &*slot {
            return Ok(Arc::clone(session));
        }
        let secret = match self.vault_read("session")? {
            Some(secret) => secret,
            None if self.renew().await? => self.vault_read("session")?.unwrap_or_default(),
            None => return Err(Fault::SignIn("nobody is signed in yet".to_owned())),
        };
        let session = match self.open(&secret).await {
            Err(Fault::SignIn(why)) => {
                if !self.renew().await? {
                    return Err(Fault::SignIn(why));
                }
                let secret = self.vault_read("session")?.unwrap_or_default();
                self.open(&secret).await?
            }
            other => other?,
        };
        let session = Arc::new(session);
        *slot = Some(Arc::clone(&session));
        Ok(session)
    }

    async fn open(&self, secret: &str) -> Result<Session, Fault> {
        let mut session = Session {
            authorization: format!("Session {secret}"),
            uid: uid_of(secret)
                .ok_or_else(|| Fault::SignIn("the kept session cannot be read".to_owned()))?,
            context: Map::new(),
            administrator: false,
            me: None,
            own: BTreeSet::new(),
            company: None,
            currency: String::new(),
        };
        let preferences = Call::read("res.user", "get_preferences", vec![json!(true)]).foreground();
        let Value::Object(preferences) = self.call_in(&session, &preferences).await? else {
            return Err(Fault::Rejected("the user has no preferences".to_owned()));
        };
        session.administrator = wire::flag(&preferences, "administrator").unwrap_or(false);
        session.company = wire::id(&preferences, "company");
        let employee = wire::id(&preferences, "employee");
        session.context = preferences;
        // What the user may not see of their own company is simply not known.
        let companies = ask(
            json!([]),
            json!(["party", "currency.code"]),
            "company.company",
        );
        for row in self.rows_of_own(&session, &companies).await? {
            session.own.extend(wire::id(&row, "party"));
            if wire::id(&row, "id") == session.company {
                session.currency = wire::nested(&row, "currency")
                    .and_then(|currency| wire::text(currency, "code"))
                    .unwrap_or_default();
            }
        }
        if let Some(employee) = employee {
            let one = ask(
                json!([["id", "=", employee]]),
                json!(["party"]),
                "company.employee",
            );
            let rows = self.rows_of_own(&session, &one).await?;
            session.me = rows.first().and_then(|row| wire::id(row, "party"));
        }
        Ok(session)
    }

    async fn rows_of_own(&self, session: &Session, call: &Call) -> Result<Vec<Row>, Fault> {
        match self.call_in(session, call).await {
            Ok(Value::Array(rows)) => Ok(rows
                .into_iter()
                .filter_map(|row| row.as_object().cloned())
                .collect()),
            Ok(_) | Err(Fault::Denied(_) | Fault::Rejected(_)) => Ok(Vec::new()),
            Err(fault) => Err(fault),
        }
    }

    async fn forget(&self, ended: &Arc<Session>) {
        let mut slot = self.session.lock().await;
        // Another call may have renewed it meanwhile.
        if slot
            .as_ref()
            .is_some_and(|session| Arc::ptr_eq(session, ended))
        {
            *slot = None;
        }
    }

    /// Signs in with the kept password; `false` when none is kept.
    async fn renew(&self) -> Result<bool, Fault> {
        if !self.config.remember {
            return Ok(false);
        }
        let Some(kept) = self.vault_read("password")? else {
            return Ok(false);
        };
        let Ok((user, password)) = serde_json::from_str::<(String, String)>(&kept) else {
            return Ok(false);
        };
        self.login(&user, &password).await.map(|()| true)
    }

    /// Signs in and keeps what is to be kept.
    pub(super) async fn sign_in(&self, user: &str, password: &str) -> Result<(), Fault> {
        self.login(user, password).await?;
        if self.config.remember {
            let kept = serde_json::to_string(&(user, password))
                .map_err(|error| Fault::Rejected(error.to_string()))?;
            self.vault_write("password", &kept)?;
        } else {
            self.vault_remove("password")?;
        }
        *self.session.lock().await = None;
        Ok(())
    }

    async fn login(&self, user: &str, password: &str) -> Result<(), Fault> {
        let params = json!([user, {"password": password}, "en"]);
        // A repeated login only makes another session.
        let request = Request::read(Method::POST, self.config.rpc())
            .json(&json!({"id": 1, "method": "common.db.login", "params": params}))
            .foreground();
        let answer = self
            .database_answer(self.http.send(request).await?)
            .map_err(|fault| match fault {
                Fault::SignIn(_) => {
                    Fault::SignIn("the user name or the password is wrong".to_owned())
                }
                other => other,
            })?;
        let result = wire::result(answer.json()?)?;
        let uid = result.get(0).and_then(Value::as_i64);
        let token = result.get(1).and_then(Value::as_str);
        let (Some(uid), Some(token)) = (uid, token) else {
            return Err(Fault::Rejected(
                "the server's sign-in is of an unknown kind".to_owned(),
            ));
        };
        let secret = BASE64.encode(format!("{user}:{uid}:{token}"));
        self.vault_write("session", &secret)
    }

    /// Ends the session at the source, and here whether or not that worked.
    pub(super) async fn sign_out(&self) -> Result<(), Fault> {
        let secret = self.vault_read("session")?;
        let told = match secret {
            None => Ok(()),
            Some(secret) => {
                let request = Request::read(Method::POST, self.config.rpc())
                    .authorization(&format!("Session {secret}"))
                    .json(&json!({"id": 1, "method": "common.db.logout", "params": []}))
                    .foreground();
                self.http.send(request).await.map(drop)
            }
        };
        self.vault_remove("session")?;
        self.vault_remove("password")?;
        *self.session.lock().await = None;
        match told {
            // Nobody to tell: the session ends there by itself.
            Err(Fault::Offline(_) | Fault::Transient(_) | Fault::Throttled { .. }) => Ok(()),
            other => other,
        }
    }

    pub(super) fn secrets(&self) -> Vec<String> {
        ["session", "password"].map(|name| self.secret(name)).into()
    }

    fn secret(&self, name: &str) -> String {
        format!("account/{}/{name}", self.setting.account)
    }

    fn vault_read(&self, name: &str) -> Result<Option<String>, Fault> {
        self.setting
            .vault
            .read(&self.secret(name))
            .map_err(|error| unanswered(&error))
    }

    fn vault_write(&self, name: &str, secret: &str) -> Result<(), Fault> {
        self.setting
            .vault
            .write(&self.secret(name), secret)
            .map_err(|error| unanswered(&error))
    }

    fn vault_remove(&self, name: &str) -> Result<(), Fault> {
        self.setting
            .vault
            .remove(&self.secret(name))
            .map_err(|error| unanswered(&error))
    }
}

fn ask(domain: Value, fields: Value, model: &str) -> Call {
    Call::read(
        model,
        "search_read",
        vec![domain, json!(0), json!(null), json!(null), fields],
    )
    .foreground()
}

/// The user's id in `user:uid:token`; user names may hold colons.
fn uid_of(secret: &str) -> Option<i64> {
    let text = String::from_utf8(BASE64.decode(secret).ok()?).ok()?;
    let mut parts = text.rsplitn(3, ':');
    let (_token, uid) = (parts.next()?, parts.next()?);
    uid.parse().ok()
}
