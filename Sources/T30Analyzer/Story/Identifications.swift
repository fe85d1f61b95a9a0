import FaxCore
import FaxWire

/// Who said what of itself.
struct Identifications {
    enum Role { case sender, receiver }

    private var texts: [FacsimileControl: [(party: Party?, text: String)]] = [:]
    private(set) var sender: Party?

    mutating func take(_ signal: FacsimileControl, _ information: [UInt8], from party: Party?) {
        if signal == .dtc { sender = party?.other ?? sender }
        guard signal == .csi || signal == .tsi || signal == .cig else { return }
        texts[signal, default: []].append((party, Identification.text(information)))
    }

    /// TSI of the sender, CSI of the receiver; with polling the receiver calls itself by CIG and the sender by CSI.
    func text(of party: Party?, as role: Role) -> String? {
        let signals: [FacsimileControl] = role == .sender ? [.tsi, .csi] : [.csi, .cig]
        for signal in signals {
            let candidates = texts[signal] ?? []
            if let own = candidates.last(where: { $0.party == party && !$0.text.isEmpty }) { return own.text }
            // A party that is not known: TSI can only be the sender's, CSI then the receiver's.
            let isTypical = signal == signals[0]
            if isTypical, let any = candidates.last(where: { $0.party == nil && !$0.text.isEmpty }) { return any.text }
        }
        return nil
    }
}
