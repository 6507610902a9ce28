"""The pages' door for WSGI servers."""

from django.core.wsgi import get_wsgi_application

from config import env, proxies

application = proxies.behind(
    get_wsgi_application(),
    proxies.trusted(env.words("SAFECONDUCT_PROXIES") or ["127.0.0.1", "::1"]),
)
