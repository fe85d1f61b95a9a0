import FaxCore
import PcapDecode
import TestSupport

@testable import T30Analyzer

/// Analysed calls of corpus captures, to be changed and held against each other.
enum CorpusCalls {
    /// The calls of one capture in order of their numbers; audio is left unread unless it carries the fax.
    static func of(
        _ name: String, hearsAudio: Bool = false, edit: (inout CaptureEditor) throws -> Void = { _ in }
    ) throws -> [AnalyzedCall] {
        var editor = try CaptureEditor(corpus: name)
        try edit(&editor)
        return RuleCase.analyzed(editor.calls(keepsAudio: hearsAudio)).sorted { $0.call.id < $1.call.id }
    }

    /// The first call of a capture so many times, one after the other, each changed by its place.
    static func copies(
        of name: String, _ count: Int, _ change: (Int, inout AnalyzedCall) -> Void
    ) throws -> [AnalyzedCall] {
        guard let call = try of(name).first else { return [] }
        return (0..<count).map { place in
            var copy = call
            copy.call.id = place + 1
            copy.call.related = []
            change(place, &copy)
            return copy
        }
    }
}

extension AnalyzedCall {
    /// Moves what several calls are compared by.
    mutating func move(by time: Duration) {
        call.firstTime = call.firstTime + time
        call.lastTime = call.lastTime + time
    }

    /// Has the offer of T.38 refused.
    mutating func refuse(_ status: Int = 488) {
        call.signalling.t38Switch?.isAccepted = false
        call.signalling.t38Switch?.status = status
    }

    /// Where the answerer of the offer has its media.
    mutating func setMedia(_ address: String, of party: Party) {
        guard let address = IPAddress(address) else { return }
        for place in call.signalling.sessions.indices where call.signalling.sessions[place].party == party {
            call.signalling.sessions[place].endpoint.address = address
        }
    }
}
