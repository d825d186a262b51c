"""Handing over to other systems: webhooks, monthly packages, limits of keys; and single sign-on."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "admin.webhooks": ("变更推送", "Webhooks"),
    "admin.handovers": ("交接包", "Packages"),
    "admin.sign-on": ("统一认证", "Single sign-on"),
    "webhook.layer.areas": ("居委会等区域", "Areas"),
    "webhook.layer.micro-grids": ("微网格", "Micro-grids"),
    "webhook.layer.buildings": ("楼栋", "Buildings"),
    "webhook.layer.key-sites": ("重点场所", "Key sites"),
    "webhook.what": (
        "网格、楼栋等一有变更，就按顺序送到登记的地址，带签名，收到前一直重试；不含任何记录和个人信息。",
        "Every change of grids, buildings and places is sent to these addresses in order, signed, and tried again "
        "until it arrives; never a record or a person.",
    ),
    "webhook.none": (
        "还没有登记推送地址。请接收方给出 https 地址，登记后把签名密钥当面交给对方，由对方核对每次推送。",
        "No address is registered yet. Ask the receiver for an https address; on registering you get a signing secret "
        "to hand over in person, with which every delivery is checked.",
    ),
    "webhook.new": ("登记地址", "Register an address"),
    "webhook.url": ("接收地址", "Address"),
    "webhook.url.what": (
        "须为 https；内网地址由系统运维在服务端列出（WANGGE_WEBHOOK_HOSTS）后才能登记。",
        "It must be https; addresses inside the own network have to be listed on the server first "
        "(WANGGE_WEBHOOK_HOSTS).",
    ),
    "webhook.url_and_layers": ("接收地址、图层", "Address and layers"),
    "webhook.layers": ("图层", "Layers"),
    "webhook.since": ("从哪里送起", "Beginning with"),
    "webhook.since.now": ("从现在起的变更", "changes from now on"),
    "webhook.since.start": ("从头补送全部变更", "every change there has been"),
    "webhook.since.recent": (
        "最近送过的 10 条，用来试通不通",
        "the last 10 delivered, to try whether they arrive",
    ),
    "webhook.since.skip": (
        "跳过待送的，只送今后的变更",
        "leave out what waits; changes from now on",
    ),
    "webhook.since.after": ("编号之后的变更", "changes after number"),
    "webhook.waiting": ("待送", "Waiting"),
    "webhook.sent": ("最近送达", "Last delivered"),
    "webhook.sent.up_to": ("至第 {n} 条", "up to no. {n}"),
    "webhook.state.up-to-date": ("已送齐", "up to date"),
    "webhook.state.behind": ("正在送", "sending"),
    "webhook.state.failing": ("未送达", "failing"),
    "webhook.state.paused": ("已暂停", "paused"),
    "webhook.state.dead": ("已停送", "given up"),
    "webhook.failing": (
        "连续 {n} 次：{why}；{time}再试。",
        "{n} in a row: {why}. Next try {time}.",
    ),
    "webhook.dead": (
        "{time}起停送：{why}。接收方修好后点“恢复”，从停下处接着送。",
        "Since {time}: {why}. Once the receiver is mended choose “Go on”: it goes on where it stopped.",
    ),
    "webhook.paused": ("恢复后从停下处接着送。", "It goes on where it stopped."),
    "webhook.answered": ("对方应答 HTTP {status}", "the receiver answered HTTP {status}"),
    "webhook.answered.gone": (
        "对方应答 410，表示不再接收",
        "the receiver answered 410: it takes no more",
    ),
    "webhook.outcome.refused-address": (
        "地址在内网或本机，未获允许",
        "the address is inside the network and not allowed",
    ),
    "webhook.outcome.address-refused": (
        "地址在内网或本机，未获允许",
        "the address is inside the network and not allowed",
    ),
    "webhook.outcome.no-such-host": ("找不到这台主机", "there is no such host"),
    "webhook.outcome.tls": ("证书无效或加密连接失败", "its certificate is not valid"),
    "webhook.outcome.timeout": ("15 秒内没有应答", "no answer within 15 s"),
    "webhook.outcome.unreachable": ("连接不上", "it cannot be reached"),
    "webhook.outcome.https-only": ("地址不是 https", "the address is not https"),
    "webhook.outcome.invalid-url": ("地址写法不对", "the address is not valid"),
    "webhook.outcome.signing-key-changed": (
        "签名总密钥已换，请“换密钥”并交给接收方",
        "the installation's key has changed: make a new secret and hand it over",
    ),
    "webhook.pause": ("暂停", "Pause"),
    "webhook.resume": ("恢复", "Go on"),
    "webhook.replay": ("重送", "Send again"),
    "webhook.replay.title": ("重送到 {to}", "Send again to {to}"),
    "webhook.replay.what": (
        "接收方会再次收到同样的变更，按编号识别；暂停或停送的随即恢复。目前送到第 {n} 条。",
        "The receiver gets the same changes again and knows them by their number; one that is paused or given up "
        "goes on. It stands at no. {n}.",
    ),
    "webhook.replay.left_out": (
        "待送的 {n} 条将不再送出。",
        "{n} waiting changes will never be delivered.",
    ),
    "webhook.replayed": ("已安排重送。", "They are being sent again."),
    "webhook.secret": ("换密钥", "New secret"),
    "webhook.secret.title": ("更换 {to} 的签名密钥", "New signing secret for {to}"),
    "webhook.secret.what": (
        "从下一次推送起用新密钥签名；接收方换上之前会拒收，换上后自动补送。",
        "The next delivery is signed with the new secret; until the receiver uses it deliveries are refused, "
        "and sent again afterwards.",
    ),
    "webhook.secret.shown": ("{to} 的签名密钥", "Signing secret for {to}"),
    "webhook.remove": ("移除", "Remove"),
    "webhook.remove.title": ("移除 {to}", "Remove {to}"),
    "webhook.remove.what": (
        "不再推送，签名密钥作废；未送的 {n} 条不再送出。需要时只能重新登记。",
        "Nothing more is sent and the secret ends; {n} waiting changes are not delivered. It can only be registered anew.",
    ),
    "webhook.removed": ("已移除。", "Removed."),
    "action.refresh": ("刷新", "Refresh"),
    "handover.what": (
        "把已发布的月份做成一个签名压缩包交给外单位；给了谁、作什么用，逐次登记，保存三年。",
        "A released month as one signed file for another organisation; to whom and what for is registered each time "
        "and kept for three years.",
    ),
    "handover.none": (
        "登记簿是空的。选月份、写明接收单位和用途，即可生成第一个交接包。",
        "The register is empty. Choose a month, name the recipient and the purpose to make the first package.",
    ),
    "handover.no_release": (
        "还没有对外发布的月份，不能生成交接包。请先在“对外发布”中发布。",
        "No month is released yet, so there is nothing to hand over. Release one under “Releases” first.",
    ),
    "handover.to_releases": ("去对外发布", "To the releases"),
    "handover.new": ("生成交接包", "Make a package"),
    "handover.make": ("生成并登记", "Make and register"),
    "handover.making": ("正在生成…", "Being made…"),
    "handover.recipient": ("接收单位", "Recipient"),
    "handover.recipient.what": (
        "写单位全称，不写个人姓名。登记后不能改，也不能删。",
        "The organisation's full name, never a person's. The entry can be neither changed nor deleted.",
    ),
    "handover.purpose.city_operation": ("城市运行", "City operation"),
    "handover.purpose.joint_inspection": ("联合检查", "Joint inspection"),
    "handover.purpose.planning": ("规划", "Planning"),
    "handover.purpose.statistics": ("统计", "Statistics"),
    "handover.purpose.monthly_review": ("月度会议", "Monthly review"),
    "handover.purpose.audit": ("审计", "Audit"),
    "handover.at": ("登记", "Registered"),
    "handover.contents": ("内容", "Contents"),
    "handover.made": (
        "交接包已生成，登记为第 {n} 号。",
        "The package is made and registered as no. {n}.",
    ),
    "handover.layer.committees": ("居委会", "Committees"),
    "handover.layer.micro_grids": ("微网格", "Micro-grids"),
    "handover.layer.buildings": ("楼栋", "Buildings"),
    "handover.layer.key_sites": ("重点场所", "Key sites"),
    "handover.layer.micro_grid_indicators": ("微网格指标", "Figures of grids"),
    "handover.layer.committee_indicators": ("居委会指标", "Figures of committees"),
    "handover.layer.cell_indicators": ("蜂窝格指标", "Figures of cells"),
    "handover.verify": ("接收方如何核验", "How the recipient verifies a package"),
    "handover.verify.key": (
        "1. 先另行交给对方公钥（不要随包寄），并打电话核对指纹：",
        "1. Give them the public key by another way than the package, and compare its fingerprint by telephone:",
    ),
    "handover.verify.download": ("下载公钥", "Download the public key"),
    "handover.verify.run": (
        "2. 对方收到后运行，提示一致即原封未动：",
        "2. On receiving it they run this; if it agrees, nothing was altered:",
    ),
    "handover.verify.plain": ("没有本程序的，解压后：", "Without this program, unpacked:"),
    "admin.key.limit": ("每分钟 · 连发", "Per minute · burst"),
    "admin.key.limit.change": ("限额", "Limit"),
    "admin.key.limit.own": ("单独设定", "own"),
    "admin.key.limit.none": ("不限", "no limit"),
    "admin.key.limit.title": ("密钥“{name}”的访问限额", "Limit of key “{name}”"),
    "admin.key.limit.usual": (
        "用本系统的通用限额：{limit}",
        "The installation's limit: {limit}",
    ),
    "admin.key.limit.special": ("为它单独设定", "A limit of its own"),
    "admin.key.limit.per_minute": (
        "每分钟请求数（0 为不限）",
        "Requests a minute (0: no limit)",
    ),
    "admin.key.limit.burst": ("可连发的请求数", "Requests at once (burst)"),
    "admin.key.limit.what": (
        "从下一个请求起生效；超出的请求被告知稍后再试，不会丢数据。",
        "It counts from the next request on; what is beyond it is asked to wait, and no data are lost.",
    ),
    "admin.key.rotate.title": ("换新密钥“{name}”", "Rotate key “{name}”"),
    "admin.key.rotate.what": (
        "生成一个用途相同的新密钥；旧密钥再用 {n} 天后失效，请在此之前让对方换上。",
        "A new key with the same use is made; the old one works for {n} more days: have it replaced before.",
    ),
    "admin.password.title": ("重置账号 {name} 的密码", "New password for {name}"),
    "admin.password.what": (
        "旧密码和现有登录立即失效，新密码只显示一次。",
        "The old password and every session of the account end at once; the new password is shown once.",
    ),
    "login.sign_on": ("统一认证登录", "Sign in with single sign-on"),
    "login.sign_on.or": ("或", "or"),
    "login.sign_on.again": (
        "统一认证在新标签页打开；登录后回到这里，自动继续。",
        "Single sign-on opens in a new tab; sign in there and come back here, work goes on by itself.",
    ),
    "sign_on.what": (
        "单位统一认证只证明来人是谁；能做什么，仍由这里绑定的账号决定。只存散列，不存对方的登录名。",
        "The identity provider says who somebody is; what they may do follows from the account bound here. "
        "Only a hash is kept, never the login.",
    ),
    "sign_on.off": (
        "本系统尚未接入统一认证，登录页不显示该入口。",
        "Single sign-on is not set up here, and the sign-in page does not offer it.",
    ),
    "sign_on.off.how": (
        "接入由系统运维完成：向认证方登记本系统，回调地址为 {address}；在服务端设置下列各项后重启。",
        "The operator sets it up: register this system with the provider, with the return address {address}; "
        "then set these on the server and restart.",
    ),
    "sign_on.setting.issuer": ("认证方的地址（issuer）", "the provider's address (issuer)"),
    "sign_on.setting.client": (
        "认证方给本系统的客户端编号",
        "the client number that the provider gave this system",
    ),
    "sign_on.setting.secret_file": ("存放客户端密钥的文件", "the file that holds the client's secret"),
    "sign_on.setting.return": ("上面的回调地址", "the return address above"),
    "sign_on.setting.claim": (
        "用哪一项作标识，默认 sub",
        "which claim names somebody; sub unless told otherwise",
    ),
    "sign_on.setting.ca_file": (
        "认证方证书由自建机构签发时，该机构的证书文件",
        "the authority's certificate, where the provider's is of an authority of your own",
    ),
    "sign_on.from": ("认证方：{issuer}", "Provider: {issuer}"),
    "sign_on.state": ("绑定", "Bound"),
    "sign_on.bound": ("已绑定", "bound"),
    "sign_on.bound.many": ("已绑定 {n} 个", "{n} bound"),
    "sign_on.unbound": ("未绑定", "not bound"),
    "sign_on.by": ("{time} 由 {by} 绑定", "{time} by {by}"),
    "sign_on.by_nobody": ("{time} 在服务器上绑定", "{time} on the server"),
    "sign_on.mark": ("身份编号", "Identity no."),
    "sign_on.bind": ("绑定", "Bind"),
    "sign_on.bind.another": ("再绑一个", "Bind another"),
    "sign_on.bind.title": ("为账号 {name} 绑定统一认证", "Bind an identity to account {name}"),
    "sign_on.login": ("认证方给出的标识", "What the provider calls them"),
    "sign_on.login.what": (
        "须与认证方一字不差；只存散列，确认后谁也看不到。绑定后，此标识登录即为该账号。",
        "Letter for letter as the provider says it; only a hash is kept and nobody can read it afterwards. "
        "From then on whoever signs in with it is this account.",
    ),
    "sign_on.done": ("已绑定。", "Bound."),
    "sign_on.unbind": ("解除", "Unbind"),
    "sign_on.unbind.title": ("解除账号 {name} 的统一认证", "Unbind account {name}"),
    "sign_on.unbind.what": (
        "该账号的全部绑定作废，现有登录立即失效；仍可用密码登录。",
        "Every identity bound to it ends and so do its sessions; its password goes on working.",
    ),
    "sign_on.undone": ("已解除。", "Unbound."),
}
