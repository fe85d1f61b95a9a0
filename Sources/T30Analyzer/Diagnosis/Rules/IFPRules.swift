import FaxCore

/// Layer E: how a gateway or endpoint speaks IFP.
enum IFPRules {
    static let rules = [
        Rule(
            [
                "ifp-missing-indicator": .remark, "ifp-missing-end": .remark, "ifp-superfluous-sig-end": .remark,
                "ifp-wrong-sig-end-type": .remark, "ifp-data-in-fcs": .remark, "ifp-fcs-bad": .remark,
                "ifp-unreadable": .remark, "ifp-frame-too-long": .remark,
            ], oddities)
    ]

    private static func oddities(_ facts: CallFacts) -> [Finding] {
        facts.fax.remarks.filter { $0.name.hasPrefix("ifp-") }.map { remark in
            let oddity = Oddity(remark.name)
            let sender = remark.direction.map { "The \($0.rawValue)" } ?? "One side"
            return Finding(
                remark.name, .ifp, oddity.isHarmful && facts.isFailed ? .warning : .note, .proof, oddity.title,
                because: "\(sender): \(oddity.what) (\(remark.text)).", remedy: oddity.remedy, frames: remark.frames)
        }
    }

    private struct Oddity {
        var title: String
        var what: String
        var remedy = "Receivers that keep to the letter may fail on it: report it to the maker of the device."
        var isHarmful = false

        init(_ name: String) {
            switch name {
            case "ifp-missing-indicator":
                (title, what) = ("Data without its indicator", "data of a modem that no indicator announced")
                isHarmful = true
            case "ifp-missing-end":
                (title, what) = ("Signal without end", "a signal gave way to the next without sig-end or no-signal")
            case "ifp-superfluous-sig-end":
                (title, what) = ("Signal ended twice", "sig-end after a field that had ended the signal already")
            case "ifp-wrong-sig-end-type":
                (title, what) = ("Wrong kind of sig-end", "sig-end of HDLC after T.4 data, or the reverse")
            case "ifp-data-in-fcs":
                (title, what) = (
                    "Data in an FCS field", "octets in a field that should only say that the FCS was right"
                )
            case "ifp-fcs-bad":
                (title, what) = ("Frames with wrong FCS", "frames that the gateway heard with errors")
                remedy = "Look at the analogue or G.711 leg behind this gateway: level, echo, clock, loss."
                isHarmful = true
            case "ifp-unreadable":
                (title, what) = ("IFP packets that do not read", "packets that follow neither ASN.1 form of T.38")
                isHarmful = true
            case "ifp-frame-too-long":
                (title, what) = ("HDLC frame without end", "octets of one frame past any length that T.30 knows")
                isHarmful = true
            default:
                (title, what) = ("Oddity of IFP", name)
            }
        }
    }
}
