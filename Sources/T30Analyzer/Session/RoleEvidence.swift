import FaxCore
import PcapDecode

extension FaxSession {
    /// What only the called side says comes from the party taken for the caller, or the reverse, and nothing says
    /// otherwise (T.30 4.2, 5.3.6.1).
    var contradictsRoles: Bool {
        let signs = roleSigns
        return !signs.isEmpty && signs.allSatisfy { $0.speaker == $0.shouldBe.other }
    }

    private var roleSigns: [(speaker: Party, shouldBe: Party)] {
        let tones = signals.compactMap { signal in
            signal.direction.flatMap { speaker in Self.speakersOfTones[signal.name].map { (speaker, $0) } }
        }
        let frames = messages.filter { $0.crcOK == true }.compactMap { message in
            message.direction.flatMap { speaker in Self.speakersOfFrames[message.name].map { (speaker, $0) } }
        }
        return tones + frames
    }

    private static let speakersOfTones: [String: Party] = Dictionary(
        uniqueKeysWithValues: [(LineSignal.cng.name, .caller)]
            + [LineSignal.ced, .ansReversed, .ansam, .ansamReversed].map { ($0.name, Party.callee) })

    private static let speakersOfFrames: [String: Party] = [
        "DIS": .callee, "CSI": .callee, "NSF": .callee, "DTC": .caller, "CIG": .caller, "NSC": .caller,
    ]
}
