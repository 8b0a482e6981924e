"""What is told beside the tables: the names in queue, log, mails and session, and places that no module owns.

The tests walk the source: a name that is said and not declared here, or a place that is not in the register,
fails them.
"""

from oms.kernel.register import declare_place, declare_traces

declare_traces(
    "queue payload",
    "variant version work after recipient",
    "breach buyer case challenge closing copy event export move notice official order parcel payment refund"
    " request shipment sign_in staff unit withdrawal",
)
# The last name of each value: of `error.__class__.__name__` it is `__name__`.
declare_traces(
    "log value",
    "__name__ __tablename__ app cache endpoint host kind method ms name party purpose reason state"
    " status units vault_ms",
    "actor_id id number person ref request_id unit",
)
declare_traces(
    "mail variable",
    "amount arrives backups by_us contents date dates day excluded goods legal lines minutes opens"
    " order parts refund returns rows sentences stated stays then to until went when why",
    "code declared facts number parcel stop_url undo_url url",
)
declare_traces("session value", "CHILD PAYING cart code gpc half moving next orders proven setup used")
declare_place(
    "tombstones",
    holds="random ids of destroyed keys, and the order numbers or ids they were for",
    personal=False,
    purpose="to forget again, after a restore, whom the shop has forgotten",
    life="as long as the shop",
)
declare_place(
    "files under STATE_DIR/anchors",
    holds="the newest hash of the audit chain, with its day",
    personal=False,
    purpose="to tell a trail that was cut off",
    life="as long as the shop",
)
declare_place(
    "files under STATE_DIR/evidence",
    holds="results of the tests of privacy: names of tests and figures",
    personal=False,
    purpose="to show that what is promised was measured",
    life="until the next run",
)
declare_place(
    "storage cart",
    holds="the word yes, while something is in the cart; in the browser's session storage",
    personal=False,
    purpose="to show the number beside the cart on pages that are the same for everybody",
    life="until the browser's tab is closed",
)
