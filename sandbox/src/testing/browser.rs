//! A minimal browser: cookies and redirects.

use std::collections::BTreeMap;

use axum::http::header::{COOKIE, LOCATION, SET_COOKIE};
use url::Url;

use super::rig::Rig;

/// One person's browser, with the cookies of one server.
#[derive(Default)]
pub struct Browser {
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// Follows redirects until one leads to a URL that starts with `end`.
    pub async fn follow(&mut self, rig: &Rig, start: Url, end: &str) -> Url {
        let mut address = start;
        for _ in 0..10 {
            if address.as_str().starts_with(end) {
                return address;
            }
            let jar: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let request = rig.http.get(address.clone()).header(COOKIE, jar.join("; "));
            let answer = rig.reply_to(request).await;
            for cookie in answer.headers.get_all(SET_COOKIE) {
                let pair = cookie.to_str().unwrap().split(';').next().unwrap();
                let (name, value) = pair.split_once('=').unwrap();
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
            let location = answer.headers.get(LOCATION).map(|location| location.to_str().unwrap().to_owned());
            let Some(location) = location else {
                panic!("no redirect but {} at {}", answer.status, address.path());
            };
            address = address.join(&location).expect("an address");
        }
        panic!("the redirects of {} do not end", address.path());
    }
}
