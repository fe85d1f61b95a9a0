import FaxCore

/// What the carriage remarked on: packets and fields that T.38 does not foresee in this order or coding.
enum IFPOddityRules {
    static let rules = [
        Rule(
            [
                "ifp-fcs-bad": .cause(.session, of: IFPRules.effectsOfLostSignal),
                "ifp-wrong-modem": .cause(.session, of: IFPRules.effectsOfLostSignal),
                "ifp-missing-indicator": .cause(.session, of: IFPRules.effectsOfLostSignal),
                "ifp-wrong-sig-end-type": .cause(.session, of: IFPRules.effectsOfLostSignal),
                "ifp-unreadable": .cause(.session, of: IFPRules.effectsOfLostSignal),
                "ifp-frame-too-long": .cause(.session, of: IFPRules.effectsOfLostSignal),
                "ifp-missing-end": .cause(.session, of: IFPRules.effectsOfLostSignal),
                "ifp-superfluous-sig-end": .cause(.session, of: IFPRules.effectsOfLostSignal),
                "ifp-data-in-fcs": .remark,
                "ifp-octet-aligned-fields": .remark, "ifp-indicator-with-data": .remark,
                "ifp-data-without-fields": .remark, "ifp-dirty-padding": .remark, "ifp-trailing-octets": .remark,
            ], oddities)
    ]

    private static func oddities(_ facts: CallFacts) -> [Finding] {
        facts.fax.remarks.compactMap { remark in
            guard let oddity = Oddity(remark.name) else { return nil }
            if remark.name == "ifp-fcs-bad" { return wrongCheck(remark, oddity, facts) }
            let isHarm = oddity.isHarmful || (oddity.isSuspect && !isAnswered(remark, facts))
            return Finding(
                remark.name, .ifp, isHarm && facts.isFailed ? .warning : .note, .proof, oddity.title,
                because: "\(IFPRules.senderFirst(remark.direction)): \(oddity.what) (\(remark.text)).",
                remedy: oddity.remedy, party: remark.direction, frames: remark.frames)
        }
    }

    /// The other side answered something after the first of them.
    private static func isAnswered(_ remark: SessionRemark, _ facts: CallFacts) -> Bool {
        facts.commands.contains {
            $0.direction == remark.direction?.other && $0.time > remark.time && T30Rules.answers.contains($0.name)
        }
    }

    /// Errors of the line behind the gateway; the same command twice wrong is no chance.
    private static func wrongCheck(_ remark: SessionRemark, _ oddity: Oddity, _ facts: CallFacts) -> Finding {
        let hit = facts.fax.messages.filter { message in
            message.direction == remark.direction && message.crcOK == false
                && message.lastFrame.map { remark.frames.contains($0) } ?? false
        }
        var commands: [(name: String, count: Int)] = []
        for message in hit where !message.isImageFrame {
            if let index = commands.firstIndex(where: { $0.name == message.name }) {
                commands[index].count += 1
            } else {
                commands.append((message.name, 1))
            }
        }
        let repeated = commands.filter { $0.count >= timesOfOneCommand }
        let isHarm = facts.isFailed && isUnheard(remark.direction, repeated.map(\.name), facts)
        var because = "\(IFPRules.senderFirst(remark.direction)): \(oddity.what) (\(remark.text)"
        because += commands.isEmpty ? ")" : "; \(commands.map { "\($0.name) ×\($0.count)" }.joined(separator: ", ")))"
        if let worst = repeated.first {
            because += "; \(worst.name) came wrong again: the line of \(IFPRules.sender(remark.direction)) is poor"
        }
        return Finding(
            remark.name, .ifp, isHarm ? .error : facts.isFailed || !repeated.isEmpty ? .warning : .note, .proof,
            oddity.title, because: because + ".", remedy: oddity.remedy, party: remark.direction, frames: remark.frames)
    }

    private static let timesOfOneCommand = 2

    /// What was wrong again and again never came whole, or the fax ended with a command that the side with the wrong
    /// frames did not answer.
    private static func isUnheard(_ party: Party?, _ names: [String], _ facts: CallFacts) -> Bool {
        guard let party else { return false }
        let whole = facts.commands.filter { $0.direction == party }
        if names.contains(where: { name in !whole.contains { $0.name == name } }) { return true }
        let last = facts.commands.last { $0.endsTurn && $0.name != "DCN" }
        guard let last, last.direction == party.other else { return false }
        return facts.fax.messages.contains {
            $0.direction == party && $0.crcOK == false && !$0.isImageFrame && $0.time > last.time
        }
    }

    private struct Oddity {
        var title: String
        var what: String
        var remedy = "Receivers that keep to the letter may fail on it: report it to the maker of the device."
        var isHarmful = false
        /// Harms receivers that keep to the letter: those that never answered after it.
        var isSuspect = false

        init?(_ name: String) {
            switch name {
            case "ifp-missing-indicator":
                (title, what) = ("Data without its indicator", "data of a modem that no indicator announced")
                isHarmful = true
            case "ifp-missing-end":
                (title, what) = (
                    "Signal without end",
                    "after a final frame, or before another signal, no sig-end and no no-signal"
                )
                isSuspect = true
            case "ifp-superfluous-sig-end":
                (title, what) = ("Signal ended twice", "sig-end after a field that had ended the signal already")
                isSuspect = true
            case "ifp-wrong-modem":
                (title, what) = (
                    "Command in a signal of another modem",
                    "commands of T.30 in data of the message channel, not of V.21"
                )
                remedy = "The gateway takes V.21 for another modem: upgrade it, or use ECM and another rate."
                isHarmful = true
            case "ifp-wrong-sig-end-type":
                (title, what) = ("Wrong kind of sig-end", "sig-end of HDLC after T.4 data, or the reverse")
                isHarmful = true
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
            case "ifp-octet-aligned-fields":
                (title, what) = (
                    "IFP fields on octets", "fields of the 2002 form that begin on an octet each, where PER packs bits"
                )
            case "ifp-indicator-with-data":
                (title, what) = ("Indicator with a data-field", "indicators that announce a data-field")
            case "ifp-data-without-fields":
                (title, what) = ("Data message without fields", "data messages with no field in them")
            case "ifp-dirty-padding":
                (title, what) = ("IFP padding that is not zero", "ones where PER pads with zeros")
            case "ifp-trailing-octets":
                (title, what) = ("Octets after an IFP packet", "octets behind the end of the packet")
            default:
                return nil
            }
        }
    }
}
