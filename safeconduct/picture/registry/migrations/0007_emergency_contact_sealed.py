import json
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import migrations, models

# Sealing as it was on the day this ran first: what it writes must open for ever, so it is
# written out here and never follows the code.
FIELD = "registry.EmergencyContact.sealed"


def derived(root, purpose):
    info = f"safeconduct data {purpose}".encode()
    return HKDF(SHA256(), 32, salt=None, info=info).derive(bytes.fromhex(root))


def encrypt(key, plain, bound_to):
    nonce = os.urandom(12)
    return b"\x01" + nonce + AESGCM(key).encrypt(nonce, plain, bound_to.encode())


def unwrapped(row, bound_to):
    for root in settings.DATA_KEYS:
        if derived(root, "mark").hex()[:8] == row.wrapper:
            told = bytes(row.wrapped)
            return AESGCM(derived(root, "wrap")).decrypt(told[1:13], told[13:], bound_to.encode())
    raise RuntimeError("A data key is wrapped by a key that SAFECONDUCT_DATA_KEYS lacks.")


def key_of(keys, party_id):
    """The party's key, made where it has none; None if the party was forgotten."""
    place = f"party\n{party_id}\nkey"
    row = keys.filter(kind="party", subject_id=party_id).first()
    if row is not None:
        return unwrapped(row, place) if row.wrapped is not None else None
    key, root = AESGCM.generate_key(256), settings.DATA_KEYS[0]
    keys.create(
        kind="party",
        subject_id=party_id,
        wrapped=encrypt(derived(root, "wrap"), key, place),
        wrapper=derived(root, "mark").hex()[:8],
    )
    return key


def seal(apps, schema_editor):
    contacts = apps.get_model("registry", "EmergencyContact").objects
    keys = apps.get_model("privacy", "DataKey").objects
    for contact in contacts.order_by("pk").iterator(chunk_size=1000):
        key = key_of(keys, contact.party_id)
        if key is None:
            contact.delete()
            continue
        told = json.dumps([contact.name, contact.relation, contact.phone], ensure_ascii=False)
        place = f"party\n{contact.party_id}\n{FIELD}"
        contacts.filter(pk=contact.pk).update(sealed=encrypt(key, told.encode(), place))


class Migration(migrations.Migration):
    dependencies = [
        ("privacy", "0001_keys"),
        ("registry", "0006_levels_codes_and_links"),
    ]

    operations = [
        migrations.AddField("EmergencyContact", "sealed", models.BinaryField(null=True)),
        migrations.RunPython(seal, migrations.RunPython.noop),
    ]
