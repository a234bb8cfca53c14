"""Twilio's Messages resource over plain HTTP. It knows no idempotency key, so a lost answer stays unsure."""
from __future__ import annotations

import httpx

from messaging.gateway import SmsDelayedError, SmsRefusedError, SmsUnsureError

API = "https://api.twilio.com"
TIMEOUT = httpx.Timeout(15.0, connect=5.0)


class TwilioSms:
    """`sender`: a number of the account in E.164, or the SID of a messaging service (MG…)."""

    name = "twilio"

    def __init__(
        self, account_sid: str, auth_token: str, sender: str, api: str = API, timeout: httpx.Timeout = TIMEOUT
    ) -> None:
        self._url = f"{api}/2010-04-01/Accounts/{account_sid}/Messages.json"
        self._sender = {"MessagingServiceSid" if sender.startswith("MG") else "From": sender}
        self._client = httpx.Client(auth=(account_sid, auth_token), timeout=timeout, follow_redirects=False)

    def close(self) -> None:
        self._client.close()

    def send(self, to: str, body: str, key: str) -> str:
        try:
            response = self._client.post(self._url, data={"To": to, "Body": body, **self._sender})
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise SmsDelayedError(f"Twilio cannot be reached: {type(error).__name__}") from error
        except httpx.HTTPError as error:
            raise SmsUnsureError(f"no answer from Twilio: {type(error).__name__}") from error
        return self._sid(response)

    @staticmethod
    def _sid(response: httpx.Response) -> str:
        """The message's SID. 429 is "later"; other 4xx are a no; anything else leaves us unsure."""
        if response.status_code == 429:
            raise SmsDelayedError("Twilio asks to slow down (429)")
        try:
            answer = response.json()
        except ValueError:
            answer = {}
        answer = answer if isinstance(answer, dict) else {}
        if 400 <= response.status_code < 500:
            raise SmsRefusedError(f"Twilio refused ({response.status_code}, code {answer.get('code', '?')})")
        sid = answer.get("sid")
        if not response.is_success or not isinstance(sid, str):
            raise SmsUnsureError(f"Twilio answered {response.status_code} without a message id")
        return sid
