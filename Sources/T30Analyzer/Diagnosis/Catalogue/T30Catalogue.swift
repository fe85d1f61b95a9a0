import FaxCore

extension FailureCatalogue {
    /// Layer F: T.30.
    static let t30: [CatalogueEntry] = [
        CatalogueEntry(
            "dis-repeated-no-dcs", .t30, .proof, "DIS repeated, never answered",
            symptom: "Ends at T1 (35–40 s).",
            signature:
                "≥ 3 DIS at 3 ± 0.5 s spacing, no DCS/DTC between; then DCN or BYE. Which side lost it: DCS seen "
                + "on the other leg?",
            cause: "DIS not heard by the caller, caller gone, one-way media.",
            remedy: "Follow the direction of silence.",
            source: "Cisco G3 timers; SDP T30_ERR_T1_EXPIRED"),
        CatalogueEntry(
            "t1-expired", .t30, .proof, "T1 expiry",
            symptom: "«No fax».",
            signature: "From the first DIS no valid frame of the other side for 35 ± 5 s, then DCN/BYE.",
            cause: "See above.",
            remedy: "—",
            source: "FaxBack 30209"),
        CatalogueEntry(
            "dcs-tcf-no-response", .t30, .proof, "No CFR/FTT after three DCS/TCF",
            symptom: "Sender gives up.",
            signature: "Three DCS+TCF from the sender, nothing from the receiver within T4 of each, DCN.",
            cause: "Receiver deaf on the high-speed signal or reply lost; one-way.",
            remedy: "Lower rate; check return path.",
            source: "FaxBack 6D55/27989; SDP T30_ERR_TX_PHBDEAD"),
        CatalogueEntry(
            "ftt-single", .t30, .proof, "FTT then success at a lower rate",
            symptom: "Slower, fine.",
            signature: "FTT count ≥ 1, followed by DCS at lower rate and CFR.",
            cause: "Line cannot do the rate.",
            remedy: "Ignore or cap rate.",
            source: "blog.escarra.org/?p=613"),
        CatalogueEntry(
            "ftt-loop", .t30, .proof, "FTT loop",
            symptom: "Training fails at all speeds.",
            signature: "≥ 3 FTT (or two at the same rate), or rates exhausted to 2400 then DCN.",
            cause:
                "Loss during TCF, wrong level, local TCF against transferred, minrate too high (Asterisk’s "
                + "default floor is 4800).",
            remedy: "Check TCF zeros, loss in TCF window; lower minrate.",
            source: "SDP T30_ERR_CANNOT_TRAIN; AST res_fax.conf.sample"),
        CatalogueEntry(
            "tcf-errors", .t30, .proof, "TCF has errors",
            symptom: "FTT expected.",
            signature:
                "In TCF data count non-zero bits and the longest zero run; < 1 s of zeros at rate ⇒ a spandsp "
                + "receiver fails. CFR although bad ⇒ lax receiver; FTT although clean ⇒ fault behind the receiving "
                + "gateway.",
            cause: "Loss, jitter buffer, echo.",
            remedy: "Locates the faulty leg.",
            source: "SDP t30.c TCF test"),
        CatalogueEntry(
            "tcf-leading-ones", .t30, .hint, "TCF starts with ones",
            symptom: "Strict receivers fail.",
            signature: "Run of 1 bits ≤ 200 ms before the zeros.",
            cause: "Allowed in practice.",
            remedy: "Tolerate.",
            source: "SDP t30.c comment 6549; t38_manual"),
        CatalogueEntry(
            "gateway-short-train-after-ftt", .t30, .proof, "Short training after FTT",
            symptom: "V.17 never trains again.",
            signature:
                "After FTT, TCF announced by v17-…-short-training (must be long), or TCF without new V.21 DCS.",
            cause: "T.38 gateway bug.",
            remedy: "Upgrade spandsp ≥ 227b312.",
            source: "freeswitch/spandsp #54"),
        CatalogueEntry(
            "dcn-early", .t30, .proof, "DCN right after DIS or DCS",
            symptom: "Refused.",
            signature: "DCN as the first answer to DIS or to DCS/TCF.",
            cause: "Incompatible, junk-fax filter, poll mismatch, memory full.",
            remedy: "Compare DIS/DCS; see ident.",
            source: "SDP T30_ERR_TX_GOTDCN; FaxBack 27992"),
        CatalogueEntry(
            "dcn-from-receiver", .t30, .proof, "Receiver sends DCN",
            symptom: "Abort.",
            signature: "DCN in the receiver→sender direction.",
            cause: "Timeout at receiver, Stop key.",
            remedy: "Look at what came 6–7 s before.",
            source: "FaxBack 27992"),
        CatalogueEntry(
            "incompatible-capabilities", .t30, .proof, "DCS asks what DIS did not offer",
            symptom: "FTT, DCN or garbage.",
            signature:
                "Any DCS bit (rate, width, length, resolution, 2-D, MMR, ECM, JBIG) not in the DIS last received.",
            cause: "Sender bug or DIS edited on one leg only.",
            remedy: "Compare DIS on both legs.",
            source: "SDP T30_ERR_NORESSUPPORT/NOSIZESUPPORT; FaxBack 30225"),
        CatalogueEntry(
            "t4-collision", .t30, .proof, "T4 retransmit collides with the answer",
            symptom: "Both talk; frames lost; spiral.",
            signature:
                "V.21 signals of both directions overlap ≥ 100 ms, the later one a repeat of a command whose "
                + "answer was under way.",
            cause: "Delay near 3 s.",
            remedy: "Cut delay; randomise; spoof.",
            source: "Cisco G3 timers; SDP dcfc479 (answer while a retry is queued)"),
        CatalogueEntry(
            "t2-expired", .t30, .proof, "T2 expiry at receiver",
            symptom: "Receiver gives up mid call.",
            signature: "No flags from the sender for 6 ± 1 s after the receiver’s last frame, then receiver DCN/BYE.",
            cause: "Lost command or wrong phase.",
            remedy: "Find the lost frame.",
            source: "SDP T30_ERR_RX_T2EXP*; FaxBack 30230"),
        CatalogueEntry(
            "hdlc-frame-too-long", .t30, .strong, "HDLC frame never ends",
            symptom: "Hang.",
            signature: "V.21 flags or frame > 3 s without end.",
            cause: "Buggy far end or held carrier (comfort noise).",
            remedy: "Abandon.",
            source: "SDP t30.c T2-flagged comment"),
        CatalogueEntry(
            "own-echo", .t30, .proof, "Echo of own frame",
            symptom: "Endpoint answers itself.",
            signature:
                "A frame in direction B equal to one sent in A 20–1500 ms before, at lower level (audio) or "
                + "byte-equal FIF with X-bit of the wrong side.",
            cause: "Hybrid echo, loop-back, mirrored RTP.",
            remedy: "EC for speech off but hybrid matched; ignore.",
            source: "SDP t30.c «echo of our own»; 6ced00d; rtpengine #1687 (audio echoed back)"),
        CatalogueEntry(
            "wrong-final-frame", .t30, .proof, "Final-frame/control bit wrong",
            symptom: "Receiver waits for more.",
            signature:
                "Address ≠ 0xFF, control ≠ 0x03/0x13 as transmitted (Wireshark shows them bit-reversed as "
                + "0xC0/0xC8); last frame with 0x03 or DIS followed by silence.",
            cause: "Encoder bug.",
            remedy: "—",
            source: "SDP 3eff760; wireshark t30.Address/Control checks"),
        CatalogueEntry(
            "no-mcf", .t30, .proof, "Page not confirmed",
            symptom: "Sender repeats post-page command 3×, then DCN.",
            signature: "≥ 3 MPS/EOP/EOM (or PPS-x) at 3 s spacing without MCF/RTP/RTN/PPR/RNR.",
            cause: "MCF lost, receiver printing, caller deaf on V.21.",
            remedy: "Check the return leg; low-speed redundancy.",
            source: "FaxBack 27990; SDP T30_ERR_TX_PHDDEAD; support.faxmaker.gfi.com 4910091146514"),
        CatalogueEntry(
            "mps-lost", .t30, .proof, "MPS/EOP never reaches the receiver",
            symptom: "Pages merge or end early.",
            signature: "Post-page command on leg A, absent on leg B; receiver times out T2.",
            cause: "Gateway lost V.21 after high speed.",
            remedy: "Gateway; check 75 ms gap.",
            source: "GFI article; SDP a478265 (V.21 taken for a fast modem)",
            scope: .legs),
        CatalogueEntry(
            "rtn", .t30, .proof, "RTN",
            symptom: "Page resent or fax aborted; receiver may get copies.",
            signature:
                "RTN in answer to MPS/EOP. With > 10–15 % bad lines in the decoded page ⇒ honest; with < 1 % ⇒ "
                + "fussy receiver or coding error by sender.",
            cause: "Line or coding errors.",
            remedy: "ECM on; lower rate; check tag-line coding.",
            source: "legacy.hylafax.org 2000-04/msg00287, 00294; hylafax.org 1999-03/msg00171"),
        CatalogueEntry(
            "rtp-response", .t30, .proof, "RTP (retrain positive)",
            symptom: "Retrain each page.",
            signature: "RTP answered; count.",
            cause: "Marginal line.",
            remedy: "Lower rate.",
            source: "as above"),
        CatalogueEntry(
            "page-bad-lines", .t30, .proof, "Corrupt lines, non-ECM",
            symptom: "Streaks.",
            signature:
                "Decoded non-ECM page with bad lines > 0; align each with a transport gap: aligned ⇒ IP; not "
                + "aligned ⇒ analogue leg.",
            cause: "Loss or noise.",
            remedy: "ECM; redundancy.",
            source: "FaxTap report fields; Sansay guide (corrupt pages)"),
        CatalogueEntry(
            "page-no-eol", .t30, .proof, "No EOL/no RTC",
            symptom: "Partial page.",
            signature: "Image data > 5 s without EOL (T.4 line limit), or end without RTC.",
            cause: "Carrier lost, dense line.",
            remedy: "—",
            source: "SDP T30_ERR_RX_NOEOL/NOFAX/NOCARRIER"),
        CatalogueEntry(
            "page-truncated", .t30, .proof, "Page shorter than sent",
            symptom: "Bottom missing.",
            signature:
                "Rows decoded at receiver < rows at sender (two legs), or MCF given although RTC missing; "
                + "JBIG/T.85 pages short.",
            cause: "Carrier dropped; coder bug.",
            remedy: "—",
            source: "signalwire/freeswitch #752; SDP t38_manual"),
        CatalogueEntry(
            "ppr-loop", .t30, .proof, "PPR loop",
            symptom: "Very slow or fails after 4.",
            signature:
                "≥ 4 PPR for one partial page; report the same frame numbers recurring (pattern) or scattered "
                + "(noise).",
            cause: "Loss pattern hits the same place; rate too high.",
            remedy: "Lower rate, CTC; redundancy; ECM off above 2–3 % loss (Patton).",
            source: "FaxBack 1131, 30228; Patton p. 587"),
        CatalogueEntry(
            "ctc-failed", .t30, .proof, "CTC unanswered or refused",
            symptom: "Abort after 4th PPR.",
            signature: "CTC ×3 without CTR, or EOR/ERR.",
            cause: "Old receiver; gateway keeps old rate.",
            remedy: "—",
            source: "FaxBack 1132/1133; SDP 947618c, 797b263"),
        CatalogueEntry(
            "rnr-timeout", .t30, .proof, "RR/RNR beyond T5",
            symptom: "Abort.",
            signature: "RNR/RR exchange > 60 ± 5 s.",
            cause: "Receiver out of memory/paper.",
            remedy: "Retry later.",
            source: "FaxBack 27995"),
        CatalogueEntry(
            "ecm-partial-page", .t30, .proof, "ECM page ends incomplete",
            symptom: "Missing band.",
            signature: "EOR-x/ERR, or MCF after PPR with frames never received (two legs).",
            cause: "Sender gave up, receiver accepted.",
            remedy: "—",
            source: "SDP T30_ERR_*ECMPHD; Cisco community (partial pages)"),
        CatalogueEntry(
            "ecm-rcp-missing", .t30, .strong, "RCP lost",
            symptom: "Receiver waits.",
            signature: "ECM data ended without RCP.",
            cause: "Loss at block end.",
            remedy: "Three RCPs + redundancy.",
            source: "T.30 Annex A"),
        CatalogueEntry(
            "half-page-at-14400", .t30, .strong, "Half pages at 14400, fine at 9600",
            symptom: "Random partial pages.",
            signature: "Over several calls to one number: failures only at ≥ 12000, success ≤ 9600.",
            cause: "Far modem/line.",
            remedy: "Per-number cap: disable V.17 after n retries.",
            source: "gonicus/gofaxip PR #29",
            scope: .calls),
        CatalogueEntry(
            "unexpected-frame", .t30, .proof, "Frame that does not fit the state",
            symptom: "Confusion.",
            signature: "Any FCF illegal in the reconstructed T.30 state (e.g. DCS while waiting MCF).",
            cause: "Lost turn; see the frame before.",
            remedy: "—",
            source: "SDP T30_ERR_UNEXPECTED; FaxBack 27988/27991"),
        CatalogueEntry(
            "crp", .t30, .proof, "CRP",
            symptom: "Repeats.",
            signature: "CRP frames.",
            cause: "Bad FCS at the other end.",
            remedy: "—",
            source: "T.30"),
        CatalogueEntry(
            "procedural-interrupt", .t30, .proof, "PIP/PIN/PRI-*",
            symptom: "Stall up to T3.",
            signature: "Such frames.",
            cause: "Operator key, or machine that sends them unattended.",
            remedy: "—",
            source: "SDP 3393411"),
        CatalogueEntry(
            "polling-mismatch", .t30, .proof, "Poll refused",
            symptom: "DCN.",
            signature: "DTC sent, DIS «ready to transmit» bit clear; or DIS with that bit and no DTC.",
            cause: "Nothing to poll.",
            remedy: "—",
            source: "SDP T30_ERR_NOPOLL; pjsip PR #5068 (poll-mode use)"),
        CatalogueEntry(
            "ident-filter", .t30, .hint, "Ident or password refused",
            symptom: "DCN after TSI/PWD/SUB.",
            signature: "TSI empty or unlisted, then DCN within 1 s of DCS.",
            cause: "Junk filter.",
            remedy: "Set a proper TSI.",
            source: "SDP T30_ERR_*_UNACCEPTABLE"),
        CatalogueEntry(
            "proprietary-mode", .t30, .proof, "Proprietary (NSS) session",
            symptom: "No T.30 to decode.",
            signature: "NSS in place of DCS.",
            cause: "Same-maker machines.",
            remedy: "Mask NSF.",
            source: "FaxTap NSS_MODE_ON; SDP 20524a2"),
        CatalogueEntry(
            "phase-b-return-training", .t30, .proof, "Mid-call return to phase B lowers the speed",
            symptom: "Slower second part.",
            signature: "EOM → DIS/DCS with lower rate, no FTT.",
            cause: "Page-size change and a stack bug.",
            remedy: "Upgrade spandsp ≥ 0c0d76d.",
            source: "SDP 0c0d76d, d936596"),
        CatalogueEntry(
            "v34-cm-jm", .t30, .proof, "Super G3 handshake present",
            symptom: "—",
            signature:
                "CM and JM in audio; INFO/training; fax at ≤ 33600. On failure: name the last V.34 phase reached "
                + "(2, 3, 4).",
            cause: "—",
            remedy: "G.711 needs loss ≈ 0; else force G3.",
            source: "Xerox WC 5022 Super G3 section; ThinkTel (V.34 unsupported)"),
        CatalogueEntry(
            "v8-no-fallback", .t30, .strong, "V.8 fails and no G3 fallback",
            symptom: "Caller repeats CM, called repeats ANSam.",
            signature: "ANSam + CM ≥ 2 repeats, no JM, no DIS in 10 s.",
            cause: "One direction lost V.21 ch1; EC.",
            remedy: "Disable V.34 on the machine; lower to 14400.",
            source: "Xerox; Cisco 118646 SG3 flows"),
        CatalogueEntry(
            "v34-not-ecm", .t30, .proof, "V.34 without ECM",
            symptom: "Abort.",
            signature: "V.34 call whose DCS clears ECM.",
            cause: "Illegal.",
            remedy: "—",
            source: "FaxBack 30226"),
        CatalogueEntry(
            "cfr-then-no-page", .t30, .proof, "CFR but no image",
            symptom: "Timeout.",
            signature: "CFR seen, no high-speed signal within 6 s.",
            cause: "Sender lost CFR (then DCS repeats) or stalled.",
            remedy: "—",
            source: "SDP T30_ERR_RX_T2EXPFAX"),
        CatalogueEntry(
            "gap-75ms-violation", .t30, .strong, "75 ms turn-round violated",
            symptom: "Start of frame clipped.",
            signature: "Gap between the end of one side’s signal and the other’s start < 55 ms, or CED→DIS < 55 ms.",
            cause: "Gateway or jitter buffer eats silence.",
            remedy: "—",
            source: "AudioCodes white paper; VoIP Voice and Fax Signal Processing ch. 12.5"),
        CatalogueEntry(
            "spoof-flags-too-long", .t30, .strong, "Relay stretches a frame with flags beyond 3 s",
            symptom: "Endpoint drops the command: flags heard, no frame.",
            signature:
                "On the leg a relay re-modulates: V.21 flags (or a frame padded with inter-frame flags) from 1.15 "
                + "s up to ≥ 3 s before the frame ends; on the far leg the same frame arrived late by that amount.",
            cause: "Relay spoofs delay by sending flags; T.30’s 3 s limit after the first flag then expires.",
            remedy: "Shorter delay; a relay that holds back preamble.",
            source: "SDP t30.c T2/T4-flagged comments; commetrex slow-network-signaling (spoofing, up to 5 s)"),
        CatalogueEntry(
            "long-page-at-low-rate", .t30, .strong, "Page too long for the rate",
            symptom: "Fails on dense pages only, always at a similar time.",
            signature:
                "Predicted page time (compressed bits / DCS rate) > 90 s (ours). Stronger over several calls: the failure "
                + "time is constant over repeats, and small pages succeed on the same route.",
            cause: "Backstop timers, NAT idle of the return path, session timers.",
            remedy: "ECM+MMR, lower resolution, higher rate; see ifp-90s-cutoff, nat-rebinding-mid-fax.",
            source: "SDP t38_manual (2 MB torture page); rtpengine #1609"),
        CatalogueEntry(
            "excess-time", .t30, .proof, "Call longer than it need be",
            symptom: "Cost; timeouts near.",
            signature:
                "Per call: actual against optimum seconds by class (CED, quiet, V.21, high speed): excess quiet > "
                + "10 s or repeats > 0, on a fax that had pages confirmed.",
            cause: "Delay, retries, low rate.",
            remedy: "Shows where time went.",
            source: "GD-FAX analyser report (ftp.grnet.gr hylafax 1999-10)"),
        CatalogueEntry(
            "command-repeated", .t30, .proof, "Commands repeated",
            symptom: "Fax takes longer.",
            signature: "The same T.30 command twice or more without an answer between.",
            cause: "An answer was lost or late.",
            remedy: "Look at what hit the answer.",
            source: "T.30 5.4.2"),
    ]
}
