"""What an installation may set: environment variables with the prefix ``WANGGE_``, or files for what is secret.

Built by whoever starts something (a command, a worker, a test), never at import.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_PARENT = Path(__file__).resolve().parent.parent
#: The checkout where this is one, so that a command works from any folder; for an installed package the present folder.
HERE = _PARENT if (_PARENT / "pyproject.toml").is_file() else Path.cwd()


class Settings(BaseSettings):
    """One installation. Each field is the variable ``WANGGE_<FIELD>``; a ``*_file`` holds the value of a secret."""

    model_config = SettingsConfigDict(env_prefix="WANGGE_", extra="ignore", frozen=True)

    database_url: str = Field(
        default="", description="数据库地址；空则用本检出自带的 / database; empty: private PostGIS"
    )
    database_url_file: Path | None = Field(
        default=None, description="存放数据库地址的文件 / a file that holds it"
    )
    admin_url: str = Field(
        default="", description="迁移用的管理员地址 / superuser's address, for migrations only"
    )
    admin_url_file: Path | None = Field(
        default=None, description="存放管理员地址的文件 / a file that holds it"
    )
    hash_key: SecretStr | None = Field(
        default=None, description="登记编号的哈希密钥 / secret key of the registration hash"
    )
    hash_key_file: Path | None = Field(default=None, description="存放哈希密钥的文件 / a file that holds it")
    data_dir: Path = Field(
        default_factory=lambda: HERE / ".wangge", description="本地数据目录 / folder of local data"
    )
    host: str = Field(default="127.0.0.1", description="监听地址 / address to listen on")
    port: int = Field(default=8000, ge=1, le=65535, description="监听端口 / port to listen on")
    workers: int = Field(default=1, ge=1, le=64, description="服务进程数 / number of serving processes")
    pool_size: int = Field(
        default=8, ge=1, le=100, description="每进程数据库连接数 / connections of each process"
    )
    forwarded_allow_ips: str = Field(
        default="127.0.0.1", description="可信的反向代理地址 / reverse proxies whose headers are believed"
    )
    secure_cookies: bool = Field(default=False, description="经 TLS 提供服务时设为真 / true behind TLS")
    session_idle_minutes: int = Field(
        default=30, ge=1, description="无操作退出（分钟） / idle minutes until signed out"
    )
    session_lifetime_hours: int = Field(
        default=12, ge=1, description="登录最长时间（小时） / longest sign-in, hours"
    )
    shutdown_grace_s: int = Field(
        default=20, ge=1, description="停止时等待的秒数 / seconds that a stop waits for requests"
    )
    signing_key_file: Path | None = Field(
        default=None, description="签名私钥文件(Ed25519, PEM) / file of the private key that signs"
    )
    webhook_hosts: str = Field(
        default="",
        description="另准推送的内网主机或网段，逗号分隔 / inside hosts or networks that webhooks may reach, comma-separated",
    )
    webhook_dead_after_days: int = Field(
        default=7,
        ge=1,
        le=90,
        description="推送连续失败几天后停送 / days of failure until a webhook is given up",
    )
    rate_limit_per_minute: int = Field(
        default=36_000,
        ge=0,
        description="每个密钥每分钟请求数，0为不限 / requests a minute of each key, 0 for no limit",
    )
    rate_limit_burst: int = Field(
        default=3_000, ge=1, description="每个密钥一次可连发的请求数 / requests that a key may send at once"
    )
    log_level: str = Field(
        default="info", pattern="^(debug|info|warning|error)$", description="日志级别 / log level"
    )
    sign_on_issuer: str = Field(
        default="",
        description="统一身份认证（OpenID Connect）的地址；空则不用 / issuer of single sign-on; empty: none",
    )
    sign_on_client: str = Field(
        default="", description="在认证方登记的客户端编号 / client id registered there"
    )
    sign_on_secret: SecretStr | None = Field(default=None, description="客户端密钥 / secret of that client")
    sign_on_secret_file: Path | None = Field(
        default=None, description="存放客户端密钥的文件 / a file that holds it"
    )
    sign_on_claim: str = Field(
        default="sub", description="哪个声明是身份标识 / claim that names the identity"
    )
    sign_on_return: str = Field(
        default="",
        description="回调地址，以 /api/sign-on/return 结尾 / our address that the provider returns to",
    )
    sign_on_ca_file: Path | None = Field(
        default=None, description="认证方证书的签发者 / certificates of the authority that signed its TLS"
    )
    traces_url: str = Field(
        default="",
        description="追踪数据收集器（OpenTelemetry，OTLP/HTTP）的地址；空则不用 / collector of traces; empty: none",
    )
    sample_data: Path | None = Field(
        default=None, description="测试用真实数据目录 / folder of real files for tests"
    )

    @model_validator(mode="before")
    @classmethod
    def _read_files(cls, given: dict[str, object]) -> dict[str, object]:
        """Take a secret from its file when it was not given directly; a file that cannot be read is an error.

        Only where there is such a secret: a signing key or a certificate is a file, and read by whoever uses it.
        """
        read = {}
        for name, path in given.items():
            field = name.removesuffix("_file")
            if name.endswith("_file") and field in cls.model_fields and path and not given.get(field):
                read[field] = Path(str(path)).read_text(encoding="utf-8").strip()
        return {name: value for name, value in given.items() if value != ""} | read

    @classmethod
    def described(cls) -> dict[str, str]:
        """Every environment variable with its meaning in both languages, for guides and tests."""
        return {f"WANGGE_{name.upper()}": field.description or "" for name, field in cls.model_fields.items()}
