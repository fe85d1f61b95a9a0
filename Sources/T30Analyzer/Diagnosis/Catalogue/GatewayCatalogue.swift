import FaxCore

extension FailureCatalogue {
    /// Layer G: Gateways, ATAs, carriers, fallback.
    static let gateway: [CatalogueEntry] = [
        CatalogueEntry(
            "spa2102-defaults", .gateway, .strong, "SPA2102/Linksys on factory fax settings",
            symptom: "Pass-through fails, no T.38.",
            signature:
                "UA «Linksys/SPA2102…» or Sipura: initial SDP with X-NSE/8000 (PT 100) and several low-bit "
                + "codecs; no image offer in a fax.",
            cause:
                "Documented defaults: Passthru Method NSE, Process NSE yes, FAX Disable ECAN no, codec symmetric "
                + "yes, T38 redundancy 1, tone detect caller-or-callee (the default of «FAX Enable T38» is "
                + "unconfirmed).",
            remedy:
                "Field advice for the family: G.711 preferred and «use pref codec only» yes, silence supp no, "
                + "echo canc and echo supp no, Passthru ReINVITE, Enable T38 yes, jitter level very high, jitter "
                + "buffer adjustment disable. Ours in addition: FAX Disable ECAN yes, Process NSE no, redundancy 3, "
                + "call waiting and 3-way off.",
            source:
                "SPA9000 guide p. 193; spa2102-r3 p. 5-45; informaticapressapochista.com; wiki.kolmisoft.com "
                + "Send_Receive_Fax-T38"),
        CatalogueEntry(
            "spa-one-t38-resource", .gateway, .hint, "Second port’s T.38 refused",
            symptom: "488 when the other port faxes.",
            signature:
                "Same ATA address, two dialogs; image offer on the second answered 488 while the first is in "
                + "T.38.",
            cause: "Limited DSP resource.",
            remedy: "One fax per ATA.",
            source: "Linksys guides: codec resource limits; (T.38 count not confirmed: verify on the device)",
            scope: .legs),
        CatalogueEntry(
            "grandstream-t38-only", .gateway, .strong, "ATA without G.711 fallback",
            symptom: "Fails wherever T.38 is refused.",
            signature: "488 to the ATA’s image offer, then BYE from the ATA < 5 s.",
            cause: "T.38-only config.",
            remedy: "Fax mode auto/pass-through.",
            source: "fusionpbx PR #3710; PR #6177 (HT801 fax mode)"),
        CatalogueEntry(
            "grandstream-refresh", .gateway, .strong, "Grandstream and session refresh",
            symptom: "Dies at 1800 s.",
            signature: "as session-refresh-audio-during-t38, UA Grandstream.",
            cause: "—",
            remedy: "Longer timer.",
            source: "signalwire/freeswitch #2789"),
        CatalogueEntry(
            "cisco-fax-rate-voice", .gateway, .strong, "Cisco rate limited by voice codec",
            symptom: "7200 at most.",
            signature: "DIS/DCS ≤ 7200 on the Cisco leg, G.729 dial-peer.",
            cause: "«fax rate voice».",
            remedy: "fax rate 14400.",
            source: "mcdewey Cisco chunk 6"),
        CatalogueEntry(
            "cisco-nse-only", .gateway, .proof, "Cisco NSE-based switch to non-Cisco",
            symptom: "No switch.",
            signature: "NSE 192 without answer 192; audio stays.",
            cause: "NSE is Cisco-style.",
            remedy: "Protocol-based T.38.",
            source: "Cisco 118726; ccexpert"),
        CatalogueEntry(
            "audiocodes-fallback-chain", .gateway, .proof, "AudioCodes T.38→VBD chain",
            symptom: "Two re-INVITEs in a row.",
            signature: "Image offer, 415/488, then audio offer with gpmd vbd=yes.",
            cause: "Fax Fallback mode.",
            remedy: "Normal; check second was accepted.",
            source: "AudioCodes Fax Fallback"),
        CatalogueEntry(
            "mediatrix-sigend", .gateway, .proof, "Mediatrix wrong sig-end",
            symptom: "see ifp-wrong-sig-end-type.",
            signature: "UA Mediatrix + that signature.",
            cause: "—",
            remedy: "—",
            source: "SDP"),
        CatalogueEntry(
            "oracle-sbc-second-offer", .gateway, .strong, "SBC offers again 500 ms after tone",
            symptom: "Glare with a slow endpoint.",
            signature:
                "Image offer from SBC 0.5 ± 0.1 s after CNG/V.21; endpoint’s own offer within the next second.",
            cause: "tone-detect-renegotiate-timer 500 ms.",
            remedy: "Raise timer.",
            source: "docs.oracle.com ESBC fax-tone-detection"),
        CatalogueEntry(
            "ribbon-local-tcf", .gateway, .strong, "Ribbon default local TCF, datagram 256",
            symptom: "TCF trouble, no redundancy.",
            signature: "SDP localTCF and/or T38FaxMaxDatagram 256 from Ribbon.",
            cause: "Defaults.",
            remedy: "Transferred TCF; 400+.",
            source: "publicdoc.rbbn.com E8KDOC241"),
        CatalogueEntry(
            "carrier-no-t38-route", .gateway, .strong, "Carrier route without T.38",
            symptom: "Same number sometimes T.38, sometimes not.",
            signature: "Over calls: 488 on some, accepted on others, keyed by carrier media IP/UA in SDP (o=, c=).",
            cause: "Least-cost routing.",
            remedy: "Ask for a T.38 route; per-route policy.",
            source: "ThinkTel kb 55; fusionpbx PR #3710 comment; ivozprovider #1379",
            scope: .calls),
        CatalogueEntry(
            "carrier-ecm-stripped", .gateway, .strong, "Carrier relay strips ECM",
            symptom: "see ifp-ecm-bit-cleared.",
            signature: "DIS without ECM in all calls via one carrier, with ECM via another.",
            cause: "Relay policy.",
            remedy: "Change carrier.",
            source: "blog.t38fax.com; voip-info",
            scope: .calls),
        CatalogueEntry(
            "carrier-rejects-t38-reinvite-by-design", .gateway, .proof, "Carrier always rejects, then offers G.711",
            symptom: "Extra delay.",
            signature: "488 to T.38 followed by audio re-INVITE from carrier.",
            cause: "Policy.",
            remedy: "Disable T.38 there.",
            source: "ThinkTel kb 55"),
        CatalogueEntry(
            "fallback-flip-flop", .gateway, .strong, "Application alternates T.38 and audio by retry",
            symptom: "Retry succeeds.",
            signature: "Consecutive calls same pair: T.38, then audio (or reverse), results differ.",
            cause: "Server’s policy (gofaxserver: T.38 first, off on retry within 15 min).",
            remedy: "Remember what works per number.",
            source: "sagostin/gofaxserver README; ictfax #56; fusionpbx #2490",
            scope: .calls),
        CatalogueEntry(
            "wan-pbx-loop", .gateway, .hint, "T.38 through loopback/local channel",
            symptom: "T.38 lost inside the PBX.",
            signature: "UDPTL on one leg, other leg stays audio, UA FreeSWITCH/Asterisk.",
            cause: "loopback endpoints do not pass T.38; local channels once did not.",
            remedy: "Avoid; upgrade.",
            source: "FreeSWITCH T.38 page 13173567; AST 00b229c6",
            scope: .legs),
        CatalogueEntry(
            "bridge-syntax-488", .gateway, .strong, "488 depends on dialplan",
            symptom: "Same offer, different answer.",
            signature: "Two calls with equal image offers (ignoring ids), one 200, one 488 by the same UA.",
            cause: "t38_passthru/fax_enable_t38 not exported.",
            remedy: "Export both.",
            source: "signalwire/freeswitch #2436; FreeSWITCH T.38 page",
            scope: .calls),
        CatalogueEntry(
            "capture-one-sided", .gateway, .proof, "Capture shows one side only",
            symptom: "Diagnosis impossible.",
            signature: "Media of only one direction in the file for > 90 % of the call while SIP says both.",
            cause: "Span port, filter, wrong host.",
            remedy: "Capture on both sides; -s 0; no port filter.",
            source: "4psa Troubleshooting fax issues; Kofax FoIP trace guidelines"),
        CatalogueEntry(
            "capture-filtered-udptl", .gateway, .strong, "Capture tool dropped T.38",
            symptom: "SIP and RTP there, UDPTL missing after switch.",
            signature: "Image agreed, RTP stops, zero UDPTL both ways, call then runs normally > 60 s to a tidy BYE.",
            cause: "sngrep saves only SIP/RTP; some agents likewise.",
            remedy: "Capture with tcpdump.",
            source: "irontec/sngrep #320"),
    ]
}
