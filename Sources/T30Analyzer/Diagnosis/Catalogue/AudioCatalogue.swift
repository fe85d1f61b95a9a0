import FaxCore

extension FailureCatalogue {
    /// Layer D: Audio pass-through.
    static let audio: [CatalogueEntry] = [
        CatalogueEntry(
            "compressed-codec", .audio, .proof, "Fax over a compressed codec",
            symptom: "Tones pass, training fails.",
            signature:
                "Agreed PT during V.21/V.17 is not 0/8 (or clear L16/G.722 treated as unfit): G.729, G.723, "
                + "G.726, iLBC, Opus.",
            cause: "No upspeed.",
            remedy: "Force G.711, or T.38.",
            source: "Patton p. 584; VG248 guide doc 47420; signalwire/freeswitch #712"),
        CatalogueEntry(
            "upspeed-failed", .audio, .proof, "Codec upspeed missing on one side",
            symptom: "One-way modem noise.",
            signature: "After NSE 192 or a G.711 re-INVITE, one direction still sends the compressed PT > 500 ms.",
            cause: "Peer lacks NSE / refused.",
            remedy: "Use protocol-based switch (re-INVITE).",
            source: "ccexpert NSE pages; Cisco technotes 118726/118646"),
        CatalogueEntry(
            "transcoding-hidden", .audio, .hint, "Hidden transcoding or μ/A-law conversion",
            symptom: "Lower rates, FTT at 14400.",
            signature:
                "G.711 on both legs of the capture, but decoded samples show a quantisation not native to the PT "
                + "(only a subset of codewords, or A/μ double mapping), or spectrum cut above 3.2 kHz.",
            cause: "A tandem in another codec upstream.",
            remedy: "Ask carrier for clear G.711; same law on all legs.",
            source: "informaticapressapochista.com fax part 2; t38fax/carrier pages"),
        CatalogueEntry(
            "vad-silence-suppression", .audio, .proof, "VAD on",
            symptom: "Gaps at the start of each signal.",
            signature:
                "PT 13 (CN) packets, or marker+timestamp gaps > 2 × ptime during a fax; first 20–100 ms of "
                + "V.21/training missing after a gap.",
            cause: "silenceSupp left on.",
            remedy: "silenceSupp:off, annexb=no, disable VAD.",
            source: "AudioCodes adaptations; Cisco fxmdmnt.htm; SIPp #632; rtpengine #1475"),
        CatalogueEntry(
            "line-noise", .audio, .strong, "Noise on the line",
            symptom: "Low rates, retrains, turns that do not end.",
            signature:
                "Noise beside the fax signals of a party above −45 dBm0 and less than 25 dB below them (ours, from what "
                + "V.17 and V.29 receivers bear).",
            cause: "A poor line or earth, crosstalk, a level far too low with noise behind it, a noise generator.",
            remedy: "Look at line, level and gateway of that party.",
            source: "Theory of V.17/V.29 receivers; measured with the project's own lines (docs/limits.md)"),
        CatalogueEntry(
            "modem-signal-damaged", .audio, .strong, "Modem signals damaged before the capture point",
            symptom: "Trainings and frames fail though no packet is lost.",
            signature:
                "After the last good answer: a V.17, V.29 or V.27 ter signal that no receiver trains on, or two frames of "
                + "V.21 with a wrong FCS or tones of V.21 that do not read, with no packet missing in them.",
            cause:
                "Something that works on samples upstream: a codec for speech, level, clipping, noise, echo, concealment "
                + "of loss.",
            remedy: "Capture nearer to that party; ask for clear G.711.",
            source: "Ours: the rule of elimination"),
        CatalogueEntry(
            "comfort-noise-inserted", .audio, .hint, "Comfort noise put into fax gaps",
            symptom: "Carrier never seems to drop; «HDLC carrier did not stop».",
            signature:
                "Energy above −50 dBm0 (ours) with noise spectrum in the 75 ms gaps of the other side’s silence; "
                + "CN packets present or not.",
            cause: "DTX fill at a gateway.",
            remedy: "Disable CNG.",
            source: "rtpengine #1475; SDP T30_ERR_HDLC_CARRIER"),
        CatalogueEntry(
            "echo-canceller-active", .audio, .hint, "Echo canceller still on",
            symptom: "Talker’s own signal distorted when both talk; training fails.",
            signature:
                "No phase reversal in the 2100 Hz answer tone and full-duplex V.34 tried; or level of a side’s "
                + "signal falls > 6 dB (ours) within 200 ms of the other side’s start.",
            cause: "G3 CED has no reversals, so cancellers stay (only suppressors go).",
            remedy: "Disable EC on fax (SPA «FAX Disable ECAN», default no); NLP off.",
            source: "SPA guides; AudioCodes NLP off; developer.signalwire.com fax chapter (disable_ec)"),
        CatalogueEntry(
            "ansam-no-phase-reversal", .audio, .strong, "ANSam without reversals or AM",
            symptom: "V.8 machines fall back or fail.",
            signature: "2100 Hz with 15 Hz AM but no 180° step each 450 ± 25 ms; or reversals without AM (=/ANS).",
            cause: "Gateway regenerated the tone plainly.",
            remedy: "Pass in-band or send events 34/35 properly; NSE 193.",
            source: "ccexpert modem passthrough NSE; Cisco 118646"),
        CatalogueEntry(
            "gain-too-low", .audio, .strong, "Level too low",
            symptom: "CNG/CED not detected; FTT.",
            signature: "Active modem level < −35 dBm0 warn, < −43 dBm0 error (ours, from V-series receiver range).",
            cause: "Line pad, FXS gain.",
            remedy: "Raise FXS input gain; Patton fax volume −9.5 dB default.",
            source: "Patton p. 587; innovaphone event 0x000d0001"),
        CatalogueEntry(
            "gain-too-high-clipping", .audio, .strong, "Clipping",
            symptom: "V.17 fails, V.29/V.27 pass.",
            signature:
                "Peak codewords at full scale in > 0.1 % of samples during modem signal, or level > −6 dBm0 "
                + "(ours).",
            cause: "AGC or gain.",
            remedy: "Lower gain.",
            source: "Xerox WC 5022 Super G3 section (send level)"),
        CatalogueEntry(
            "jitterbuffer-slip", .audio, .strong, "Adaptive jitter-buffer slip",
            symptom: "One short error burst, then clean.",
            signature:
                "In received (post-gateway) audio: sample insert/delete seen as a symbol-timing/carrier phase "
                + "step at a multiple of 1 frame while RTP is complete.",
            cause: "Adaptive buffer.",
            remedy: "Fixed buffer; SPA «Jitter Buffer Adjustment» off, network jitter level very high.",
            source: "informaticapressapochista.com (SPA3102 settings); telcobridges (fixed jitter buffer)"),
        CatalogueEntry(
            "plc-artifact", .audio, .proof, "Concealment in modem audio",
            symptom: "Repeated waveform where a packet was lost.",
            signature: "A frame equal (correlation > 0.98) to the previous one or fading in, at a known RTP gap.",
            cause: "PLC on.",
            remedy: "Disable PLC for fax; it once broke Asterisk’s fax tests.",
            source: "AST 73f75c24 (ASTERISK-25629)"),
        CatalogueEntry(
            "rfc4733-fax-events", .audio, .proof, "CNG/CED carried as telephone-events only",
            symptom: "Receiver without events hears nothing.",
            signature:
                "Events 32–36 on the wire with the in-band tone muted, and the peer’s SDP fmtp lacks them (e.g. "
                + "0-15 or 0-16).",
            cause: "Gateway option.",
            remedy: "Send in-band too, or negotiate 32-36.",
            source: "RFC 4734; AudioCodes FaxModemNTEMode; wireshark event list"),
        CatalogueEntry(
            "events-double-tone", .audio, .strong, "Tone both in-band and as event",
            symptom: "Tone heard twice, lengthened.",
            signature: "Event 32/34 and in-band 2100 Hz overlap or follow by < 500 ms beyond 4 s in sum.",
            cause: "Regeneration beside leakage.",
            remedy: "Mute in-band when sending events.",
            source: "AudioCodes Transparent-with-Events"),
        CatalogueEntry(
            "dtmf-falsing-in-fax", .audio, .proof, "DTMF detected inside modem audio",
            symptom: "Events 0–15 in mid page, muted audio.",
            signature: "telephone-event 0–15 during phase B–D.",
            cause: "Detector on fax audio mutes samples.",
            remedy: "Disable DTMF detection after fax tone.",
            source: "engineering knowledge; no source found"),
        CatalogueEntry(
            "call-waiting-tone", .audio, .strong, "Call-waiting or stutter tone on the fax line",
            symptom: "One page ruined at random.",
            signature:
                "440 Hz (or national) burst ≈ 300 ms in the ATA’s outbound/inbound audio during a page; or a "
                + "second INVITE to the ATA at that moment.",
            cause: "ATA feature.",
            remedy: "Disable call waiting and 3-way on the fax port.",
            source:
                "manualzz.com Linksys ATA guide, chapter «Using a FAX Machine (SPA2102 …)»: title only; the rest "
                + "is engineering knowledge"),
        CatalogueEntry(
            "v152-vbd-negotiation", .audio, .proof, "V.152 VBD not agreed",
            symptom: "Pass-through without EC off/fixed buffer.",
            signature:
                "One side offers a=gpmd:… vbd=yes, other answers without; or X-NSE offered, not answered, then "
                + "NSE packets sent.",
            cause: "Proprietary modes.",
            remedy: "Same mode both sides.",
            source: "AudioCodes Fax Fallback (gpmd), NSE mode page; SPA default NSE"),
        CatalogueEntry(
            "nse-to-stranger", .audio, .proof, "NSE packets to a peer that never agreed",
            symptom: "Odd PT 100 packets ignored; no switch.",
            signature: "RTP PT mapped X-NSE (or PT 100 unlisted) with event 192/193 and the peer did not list it.",
            cause: "SPA/Cisco default method NSE.",
            remedy: "FAX Passthru Method ReINVITE.",
            source: "SPA guides (default NSE); ccexpert"),
        CatalogueEntry(
            "double-relay", .audio, .strong, "Relay behind pass-through (tandem)",
            symptom: "Delays double; NSF edited twice.",
            signature:
                "Audio leg shows V.21 frames whose NSF country code is 00/55/AA/FF or changed, HDLC timing "
                + "stretched (flags > 1.15 s or inter-frame flags inserted) ⇒ a T.38 relay is upstream.",
            cause: "Carrier route with relay in the middle.",
            remedy: "Ask carrier; count relays.",
            source: "SDP t38_manual (NSF masking, flag insertion)"),
    ]
}
