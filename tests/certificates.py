"""An authority of one test and the certificate that it gives to a server of this machine."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Certificate:
    """Files in PEM: the authority that clients trust, the server's certificate and its key (PKCS 8)."""

    authority: Path
    certificate: Path
    key: Path


_HOUR = timedelta(hours=1)


def certificate(
    folder: Path, *hosts: str, ends_in: timedelta = _HOUR, is_by_itself: bool = False
) -> Certificate:
    """Make a certificate for hosts, good for an hour, by an authority that nobody knows, or by itself."""
    made = Certificate(folder / "authority.pem", folder / "server.pem", folder / "server.key")
    root, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    signer = key if is_by_itself else root
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of one test")])
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0])])
    authority = _begun(issuer, issuer, root).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    authority = authority.add_extension(_usage(signs_certificates=True), critical=True)
    server = _begun(own, own if is_by_itself else issuer, key, ends_in).add_extension(
        x509.SubjectAlternativeName([_named(host) for host in hosts]), critical=False
    )
    server = server.add_extension(_usage(signs_certificates=False), critical=True).add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
    )
    for builder, by, path in ((authority, root, made.authority), (server, signer, made.certificate)):
        path.write_bytes(builder.sign(by, hashes.SHA256()).public_bytes(Encoding.PEM))
    made.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return made


def _named(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _begun(
    own: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, ends_in: timedelta = _HOUR
) -> x509.CertificateBuilder:
    end = datetime.now(UTC) + ends_in
    begin = end - _HOUR - timedelta(minutes=5)
    builder = x509.CertificateBuilder().subject_name(own).issuer_name(issuer).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(begin)
    return builder.not_valid_after(end).add_extension(
        x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
