"""The pages' door for WSGI servers."""

from django.core.wsgi import get_wsgi_application

from config import proxies

application = proxies.behind(
    get_wsgi_application(),
    proxies.ours(),
)
