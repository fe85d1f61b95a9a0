import FaxCore

extension FailureCatalogue {
    /// What only two captures of one call, taken at two places and held against each other, can show.
    static let compare: [CatalogueEntry] = [
        CatalogueEntry(
            "sip-lost", .setup, .proof, "SIP messages do not come through",
            symptom: "Calls take long to set up, are not answered, or hang after the fax.",
            signature: "A message sent at one place, at a time that the other capture covers, is not in the other one.",
            cause:
                "Loss of UDP datagrams, a message above the MTU whose fragments are dropped, a filter or an ALG between.",
            remedy:
                "Look at the network and the elements of SIP between the two places; SIP over TCP for long messages.",
            source: "RFC 3261 17.1, 18.1.1", scope: .captures),
        CatalogueEntry(
            "media-altered", .transport, .proof, "Media changed on the way",
            symptom: "Faxes fail or pages have errors although no packet is lost.",
            signature: "Packets with the same sequence number and timestamp have another payload at the other place.",
            cause:
                "An element between transcodes, mixes, changes the level, or repairs packets anew (UDPTL redundancy).",
            remedy:
                "Find the element that rewrites media and let it pass packets through; on another leg of a B2BUA it is as it should be.",
            source: "—", scope: .captures),
        CatalogueEntry(
            "media-injected", .transport, .proof, "Media put in on the way",
            symptom: "A signal that nobody sent: comfort noise, tones, announcements in the fax.",
            signature: "Packets of the stream are at the receiver's place and never were at the sender's.",
            cause: "An element between fills gaps, repeats packets, plays tones, or spoofs T.30 (gateway).",
            remedy: "Find the element that sends them; switch fill, tones and spoofing off for fax calls.",
            source: "—", scope: .captures),
        CatalogueEntry(
            "t30-edited", .t30, .proof, "T.30 frames changed on the way",
            symptom: "ECM, rate, resolution or a maker's own mode is lost on some routes.",
            signature: "The same frame, whole at both places, has other fields.",
            cause:
                "A relay edits T.30: it lowers the rate, takes ECM or NSF away (T.38 allows a gateway to alter DIS).",
            remedy: "Look at the fax settings of the relay between the two places: ECM, rate, NSF.",
            source: "ITU-T T.38", scope: .captures),
        CatalogueEntry(
            "t30-lost", .t30, .proof, "T.30 frames do not come through",
            symptom: "Commands are repeated; the fax fails after three tries.",
            signature:
                "A frame is whole at one place, and absent or broken at the other, at a time that both captures cover.",
            cause: "Loss in the network, or a relay that drops the signal.",
            remedy: "Look at the loss between the two places, then at the relay.", source: "ITU-T T.30 5.4.2",
            scope: .captures),
    ]
}
