import FaxCore

extension FailureCatalogue {
    /// Layer A: Call set-up.
    static let setup: [CatalogueEntry] = [
        CatalogueEntry(
            "sip-invite-no-response", .setup, .proof, "INVITE never answered",
            symptom: "Fax never connects; sender reports «no response».",
            signature:
                "INVITE with the same branch and CSeq retransmitted (0.5, 1.5, 3.5, 7.5 … s; 7 sends within 32 s "
                + "on UDP) and no response of any class on the same capture point.",
            cause: "Wrong address, firewall, dead gateway.",
            remedy: "Check proxy address, port and firewall in between.",
            source: "FaxBack codes 6D48/30236: manualsdir.com/manuals/650446 p. 49"),
        CatalogueEntry(
            "sip-2xx-no-ack", .setup, .proof, "2xx retransmitted, no ACK",
            symptom: "Call drops about 32 s after answer, often in mid page.",
            signature:
                "Same 200 OK (same CSeq, To-tag) seen ≥ 3 times with back-off and no ACK with that CSeq; then BYE "
                + "from the answerer 30–33 s after the first 200.",
            cause: "ACK routed to a wrong Contact (NAT, ALG, loose routing); applies to the T.38 re-INVITE too.",
            remedy: "Fix Contact/Record-Route; disable SIP ALG; use rport.",
            source: "FaxBack 27981: azmanual.top/manuals/650426 p. 152"),
        CatalogueEntry(
            "sip-alg-rewrite", .setup, .strong, "SIP ALG has rewritten the message",
            symptom: "Re-INVITE fails or media goes to the wrong place, only behind one router.",
            signature:
                "Two captures of one message (same Call-ID, CSeq, branch) differ in Contact, Via, c= or m= port; "
                + "or, in one capture, Content-Length differs from the body; or Contact/c= carry an address that is "
                + "neither the packet source nor the o= address while o= is private.",
            cause: "Router ALG that rewrites SIP and mangles the image m-line.",
            remedy: "Switch ALG off; move SIP to another port such as 5080 on both sides; use TLS.",
            source: "helpdesk.t38fax.com/hc/en-us/articles/360053046071"),
        CatalogueEntry(
            "call-cleared-during-setup-for-fax", .setup, .strong, "BYE before any fax signal",
            symptom: "Remote hangs up within seconds of answer.",
            signature:
                "BYE from the called side < 10 s after ACK (ours), no CED/ANSam and no V.21 flags in its audio, "
                + "no image SDP.",
            cause: "A person, voicemail or a fax server in wrong mode answered; or ATA line dropped.",
            remedy: "Call the number by voice; check DID and answer mode.",
            source: "FaxBack 6D4F/27983: manualsdir.com/manuals/650446 p. 49"),
        CatalogueEntry(
            "answered-by-voice", .setup, .strong, "Answered by voice, not fax",
            symptom: "«No answer tone»; T1 expires at 35–40 s.",
            signature:
                "Called side’s audio has energy with speech modulation, no 2100 Hz ≥ 500 ms and no V.21 for 35 s "
                + "(T.30 T1); CNG heard from the caller.",
            cause: "Wrong number, IVR, voicemail.",
            remedy:
                "Verify number; note that a fax server that itself sends the T.38 re-INVITE reports this "
                + "differently.",
            source:
                "FaxBack manual p. 188 (T38_ORIGINATE_REINVITE changes the error for voice numbers); "
                + "freeswitch/spandsp T30_ERR_T1_EXPIRED"),
        CatalogueEntry(
            "no-media-before-answer-tone-lost", .setup, .hint, "Answer tone clipped by slow answer or early media",
            symptom: "CED partly heard; T.30 begins late; old machines fail.",
            signature:
                "First RTP of the called side after 200 OK begins inside a 2100 Hz tone, or CED in-band shorter "
                + "than 1.8 s (ours), while early media (183 with SDP) ran before.",
            cause: "Media cut-through after the CED began; early media bound to another stream.",
            remedy: "FreeSWITCH users set ignore_early_media=true, which raised T.38 success on old machines.",
            source: "fusionpbx/fusionpbx #2490 and PR #4756"),
        CatalogueEntry(
            "no-cng", .setup, .strong, "No CNG from the caller",
            symptom: "Auto-detecting receivers route to voice; no fax extension, no T.38.",
            signature:
                "Calling side’s audio from answer to first V.21 has no 1100 ± 38 Hz burst of 0.35–0.7 s, no RFC "
                + "4733 event 36, no IFP t30-ind cng.",
            cause:
                "Manual send; VAD gating it; compressed codec; sender is polling; caller’s gateway suppresses "
                + "CNG.",
            remedy: "Disable VAD, use G.711; let the receiver route on DID instead of CNG.",
            source: "AST 49461f37 (tone threshold, ASTERISK-26237); SPA field «FAX CNG Detect Enable»"),
        CatalogueEntry(
            "no-ced", .setup, .hint, "No CED before DIS",
            symptom: "Callers that wait for CED time out; gateways that switch on CED never switch.",
            signature:
                "V.21 flags from the called side without 2100 Hz ≥ 200 ms in the 5 s before; in T.38: first "
                + "indicator of the called side is v21-preamble, no ced.",
            cause: "Legal in manual answer; a T.38 endpoint that does not send CED.",
            remedy: "Send CED (Asterisk had to add it for res_fax_digium); make the gateway switch on preamble.",
            source: "AST 34cbefe6 (FAX-343)"),
        CatalogueEntry(
            "ced-too-long", .setup, .proof, "CED beyond 5 s",
            symptom: "Caller gives up in phase A.",
            signature: "2100 Hz (±15) continuous > 4.0 s warn, > 5 s error.",
            cause: "Broken modem or two tones stitched by a gateway (in-band and regenerated).",
            remedy: "Fix the gateway so that it sends either in-band CED or the regenerated one.",
            source: "SDP T30_ERR_CEDTONE text «exceeded 5s»"),
        CatalogueEntry(
            "false-fax-tone-detect", .setup, .strong, "Fax detected on a voice call",
            symptom: "Voice call jumps to fax or a re-INVITE to image is sent without fax.",
            signature:
                "Image re-INVITE (or NSE 192) within a call whose audio of the preceding 5 s has no 1100/2100 Hz "
                + "component 10 dB above the rest (ours) and no V.21.",
            cause: "Goertzel detector without a level floor; talk-off.",
            remedy: "Raise the detection threshold; require two CNG bursts or V.21 preamble.",
            source:
                "AST 49461f37; Patton «fax detection fax-frames» slower but fewer misdetections (SmartWare p. "
                + "587)"),
        CatalogueEntry(
            "call-hangs-after-fax", .setup, .proof, "Call stays up after the fax ended",
            symptom: "Channels pile up; billing runs; 600 s stalls.",
            signature:
                "DCN (or last MCF after EOP) seen in either direction, then no UDPTL/RTP from one side ≥ 5 s "
                + "(ours) and no BYE for ≥ 30 s.",
            cause: "Fax engine waits for a media clock that stopped with the peer’s last packet.",
            remedy: "Hang up on fax-complete event; watchdog; upgrade.",
            source: "signalwire/freeswitch #3044, #1640; gonicus/gofaxip #31 (FS-10824)"),
        CatalogueEntry(
            "bye-during-page", .setup, .proof, "BYE inside phase C",
            symptom: "Partial page; both ends report an error.",
            signature:
                "BYE (note direction, Reason and Q.850 cause) while image data was still flowing ≤ 300 ms before, "
                + "no DCN, no MCF for that page.",
            cause: "On-hook detected by ATA, session timer, RTP timeout, carrier max duration, user.",
            remedy: "Use the Reason header and who sent BYE to choose among the siblings below.",
            source: "FaxBack 27983"),
        CatalogueEntry(
            "rtp-timeout-during-t38", .setup, .strong, "RTP timeout kills a T.38 call",
            symptom: "Call ends at a fixed time after the switch to T.38.",
            signature:
                "BYE at a constant offset (30, 60, 120, 300 s ± 2) after the 200 OK that switched to image, UDPTL "
                + "flowing normally until then; Reason cause often 102/«RTP timeout».",
            cause: "Media-timeout logic counts only RTP, not UDPTL.",
            remedy: "Disable RTP timeout on fax legs; upgrade.",
            source: "FS a729ebe6 (FS-8786)"),
        CatalogueEntry(
            "bye-after-eop-audio-not-drained", .setup, .strong, "Hang-up before the last MCF has drained",
            symptom: "Receiver has all pages, sender says failed (or the reverse).",
            signature:
                "EOP (or PPS-EOP) seen from the sender, BYE before MCF (or < 1.0 s after MCF began) from either "
                + "side.",
            cause: "SIP hangup overtakes media.",
            remedy: "Hold the call until DCN or T4; treat EOP received as success on the receiving side.",
            source: "SDP 1e8e93a (spandsp relaxed its receive rule)"),
        CatalogueEntry(
            "false-success", .setup, .proof, "Reported delivered, though not confirmed",
            symptom: "Sender’s log says «sent», receiver has nothing or a part.",
            signature:
                "No MCF/RTP for the last page in the receiver-to-sender direction, but the application result (or "
                + "DCN by sender) marks success; or MCF seen only for page k < pages sent.",
            cause: "Application maps «call completed» to success.",
            remedy: "Judge by the T.30 MCF count per page, never by the hangup cause.",
            source: "gonicus/gofaxip #34; ictinnovations/ictfax #33"),
        CatalogueEntry(
            "no-common-codec", .setup, .proof, "No common codec",
            symptom: "Call refused at once.",
            signature:
                "INVITE with SDP answered 488 or 606 (Warning 304/305 where given) and no image line in the "
                + "offer.",
            cause: "Offer and answerer's codec lists do not intersect.",
            remedy: "Offer PCMU/PCMA on both sides.",
            source: "RFC 3261 21.4.26; seen in captures/asterisk 19c"),
        CatalogueEntry(
            "sip-busy", .setup, .proof, "Called side busy",
            symptom: "Busy.",
            signature: "486 or 600 as the final response of the INVITE.",
            cause: "The called line or every channel of it is in use.",
            remedy: "Try again later; more lines at the called side if it happens often.",
            source: "RFC 3261 §21"),
        CatalogueEntry(
            "sip-number-not-found", .setup, .proof, "Number not known there",
            symptom: "Number not found.",
            signature: "404, 410, 484, 485 or 604 as the final response of the INVITE.",
            cause: "Wrong number or format, or a missing route.",
            remedy: "Check the number and its format, and the route it takes.",
            source: "RFC 3261 §21"),
        CatalogueEntry(
            "sip-forbidden", .setup, .proof, "Call not allowed",
            symptom: "Call refused at once.",
            signature: "401, 403 or 407 as the final response of the INVITE.",
            cause: "Account, password or rights.",
            remedy: "Check account, password and the rights of the calling side.",
            source: "RFC 3261 §21"),
        CatalogueEntry(
            "sip-unavailable", .setup, .proof, "Called side not available",
            symptom: "No answer, or not reachable.",
            signature: "408, 480 or 487 as the final response of the INVITE.",
            cause: "The called device is not registered or does not answer.",
            remedy: "Check that the called device is registered and answers.",
            source: "RFC 3261 §21"),
        CatalogueEntry(
            "sip-server-failure", .setup, .proof, "Server failure",
            symptom: "Call fails at once.",
            signature: "5xx as the final response of the INVITE.",
            cause: "A proxy, gateway or carrier on the way has failed or is full.",
            remedy: "Read its log; its Reason or Warning header tells more.",
            source: "RFC 3261 §21"),
        CatalogueEntry(
            "sip-rejected", .setup, .proof, "Call rejected",
            symptom: "Call refused.",
            signature: "Any other final refusal of the INVITE.",
            cause: "The status tells.",
            remedy: "Read the status and its Warning or Reason header.",
            source: "RFC 3261 §21"),
        CatalogueEntry(
            "sip-redirected", .setup, .proof, "Call redirected and not followed",
            symptom: "Call fails at once.",
            signature: "3xx as the final response of the INVITE and no INVITE to the new Contact.",
            cause: "The caller does not follow redirects.",
            remedy: "Let the caller follow redirects, or route the number directly.",
            source: "RFC 3261 §21"),
        CatalogueEntry(
            "sip-cancelled", .setup, .proof, "Caller gave up before an answer",
            symptom: "No answer.",
            signature: "CANCEL before any final response but 487.",
            cause: "The called side let it ring too long, or the caller waits too short.",
            remedy: "Let it ring longer, or find out why nobody answers.",
            source: "RFC 3261 §21"),
    ]
}
