import FaxCore
import FaxWire

/// One IAX2 call (RFC 5456 §6): its story so far, and the media of both parties.
final class IAX2Call {
    private(set) var signalling = Signalling(.iax2)
    private var streams: [Party: IAX2Stream] = [:]
    private var recent: [Party: [Seen]] = [:]
    private let keepsAudio: Bool
    /// Call numbers of the one who called and of the other.
    private var numbers: [Party: UInt16] = [:]
    private var newTimestamp: UInt32?
    private var wasAccepted = false
    private var agreedFormat: UInt64?
    private var encryptionOffered = false
    private(set) var isEncrypted = false
    private(set) var isAnswered = false
    private(set) var hasEnded = false

    /// What tells a frame from a repetition of it.
    private struct Seen: Equatable {
        var outbound: UInt8
        var timestamp: UInt32
        var type: UInt8
        var subclass: UInt64
    }

    private enum Limit {
        static let recent = 64
        static let steps = 10_000
    }

    /// `isMidCall`: the NEW was not seen; who called is not known then.
    init(_ frame: IAX2FullFrame, _ info: PacketInfo, keepsAudio: Bool, isMidCall: Bool) {
        self.keepsAudio = keepsAudio
        signalling.transport = .udp
        signalling.startsMidCall = isMidCall
        signalling.rolesAreGuessed = isMidCall
        signalling.callerAddress = info.source
        signalling.calleeAddress = info.destination
        if !isMidCall {
            signalling.inviteFrame = info.frame
            signalling.inviteTime = info.time
            newTimestamp = frame.timestamp
        }
    }

    func setNumber(_ number: UInt16, of party: Party) {
        guard numbers[party] == nil else { return }
        numbers[party] = number
        let both = [numbers[.caller], numbers[.callee]].compactMap { $0.map(String.init) }
        signalling.callIDs = [both.joined(separator: "-")]
    }

    /// A NEW of this call's numbers is the same call again (a retransmission, or the one after CALLTOKEN or AUTHREQ).
    func isSameNew(_ frame: IAX2FullFrame) -> Bool { !hasEnded && (!wasAccepted || frame.timestamp == newTimestamp) }

    // MARK: Frames

    func take(_ frame: IAX2FullFrame, from party: Party, _ info: PacketInfo, _ payload: RawSpan) {
        if isEncrypted { return takeEncrypted(from: party, info) }
        guard !isRepeated(frame, from: party) else { return }
        switch frame.kind {
        case .voice: stream(of: party, info) { $0.takeVoice(frame, info, payload) }
        case .dtmfEnd:
            stream(of: party, info) { $0.takeDigit(UInt8(truncatingIfNeeded: frame.subclass), info) }
        case .comfortNoise: stream(of: party, info) { $0.takeComfortNoise(info) }
        case .iax:
            if let command = frame.command { take(command, frame, party, info, payload) }
        case .control:
            if let control = frame.control { take(control, frame, party, info) }
        case .dtmfBegin, .video, .null, .text, .image, .html, .modem, nil: break
        }
    }

    func take(_ frame: IAX2MiniFrame, from party: Party, _ info: PacketInfo, _ payload: RawSpan) {
        if isEncrypted { return takeEncrypted(from: party, info) }
        stream(of: party, info) { $0.takeMini(frame, info, payload) }
    }

    private func takeEncrypted(from party: Party, _ info: PacketInfo) {
        stream(of: party, info) { $0.takeEncrypted(info) }
    }

    private func stream(of party: Party, _ info: PacketInfo, _ take: (inout IAX2Stream) -> Void) {
        let key = FlowKey(source: info.source, destination: info.destination)
        take(&streams[party, default: IAX2Stream(key: key, info: info, keepsAudio: keepsAudio)])
    }

    /// Full frames are sent again until they are acknowledged (§7).
    private func isRepeated(_ frame: IAX2FullFrame, from party: Party) -> Bool {
        let seen = Seen(
            outbound: frame.outbound, timestamp: frame.timestamp, type: frame.type, subclass: frame.subclass)
        var all = recent[party] ?? []
        if all.contains(seen) { return true }
        all.append(seen)
        recent[party] = all.suffix(Limit.recent)
        return false
    }

    // MARK: Story

    private func take(
        _ command: IAX2Command, _ frame: IAX2FullFrame, _ party: Party, _ info: PacketInfo, _ payload: RawSpan
    ) {
        guard let name = command.storyName else { return }
        let elements = IAX2Elements.read(payload.extracting(frame.data)).value
        var details: [String?] = []
        switch command {
        case .new:
            signalling.caller = signalling.caller ?? Self.uri(elements.callingNumber, info.source)
            signalling.callee = signalling.callee ?? Self.uri(elements.calledNumber, info.destination)
            agreedFormat = agreedFormat ?? elements.format
            let numbers = [elements.callingNumber, elements.calledNumber].compactMap(\.self)
            details = [numbers.joined(separator: " to "), elements.format.flatMap(IAX2Format.encoding)]
        case .accept:
            wasAccepted = true
            if signalling.steps.contains(where: { $0.method == "AUTHREP" }) { signalling.authenticated = true }
            agreedFormat = elements.format ?? agreedFormat
            details = [elements.format.flatMap(IAX2Format.encoding)]
        case .authenticationRequest: encryptionOffered = elements.wantsEncryption
        case .reject: refuse(elements, info)
        case .hangup:
            details = [elements.cause]
            end(by: party, elements, info)
        default: break
        }
        if command == .reject { details = [elements.cause] }
        step(name, details.compactMap(\.self).filter { !$0.isEmpty }, frame, party, info)
        if command == .authenticationReply, encryptionOffered, elements.wantsEncryption {
            isEncrypted = true
            signalling.notes.append("IAX2 encryption")
        }
    }

    private func take(_ control: IAX2Control, _ frame: IAX2FullFrame, _ party: Party, _ info: PacketInfo) {
        switch control {
        case .answer where !isAnswered && party == .callee || signalling.startsMidCall && !isAnswered:
            isAnswered = true
            wasAccepted = true
            signalling.outcome = .answered
            signalling.answerFrame = info.frame
            signalling.answerTime = info.time
        case .busy where !isAnswered: signalling.outcome = .busy
        case .congestion where !isAnswered: signalling.outcome = .rejected
        case .hangup: end(by: party, IAX2Elements(), info)
        case .answer, .busy, .congestion, .ringing, .flash, .option, .progress, .proceeding, .hold, .unhold: break
        }
        if let name = control.storyName { step(name, [], frame, party, info) }
    }

    private func refuse(_ elements: IAX2Elements, _ info: PacketInfo) {
        guard !hasEnded else { return }
        hasEnded = true
        signalling.endFrame = info.frame
        signalling.endTime = info.time
        if !isAnswered { signalling.outcome = elements.causeCode == Self.userBusy ? .busy : .rejected }
        signalling.finalReason = elements.cause
    }

    private func end(by party: Party, _ elements: IAX2Elements, _ info: PacketInfo) {
        guard !hasEnded else { return }
        hasEnded = true
        signalling.endFrame = info.frame
        signalling.endTime = info.time
        if !signalling.rolesAreGuessed { signalling.endedBy = party == .caller ? .caller : .callee }
        signalling.finalReason = elements.cause
        guard !isAnswered, !signalling.startsMidCall, signalling.outcome == .unknown else { return }
        switch (party, elements.causeCode) {
        case (.caller, _): signalling.outcome = .cancelled
        case (.callee, Self.userBusy): signalling.outcome = .busy
        case (.callee, 18), (.callee, 19): signalling.outcome = .noAnswer
        case (.callee, _): signalling.outcome = .rejected
        }
    }

    /// Q.850's cause.
    private static let userBusy = 17

    private static func uri(_ number: String?, _ endpoint: Endpoint) -> String? {
        number.map { "iax:\(endpoint.address)/\($0)" }
    }

    private func step(_ name: String, _ details: [String], _ frame: IAX2FullFrame, _ party: Party, _ info: PacketInfo) {
        guard signalling.steps.count < Limit.steps else { return }
        signalling.steps.append(
            SIPStep(
                time: info.time, frame: info.frame, from: signalling.rolesAreGuessed ? nil : party, source: info.source,
                destination: info.destination, method: name, status: nil,
                summary: details.isEmpty ? name : "\(name) (\(details.joined(separator: ", ")))",
                cseq: UInt32(frame.outbound), isRetransmission: false))
    }

    /// The streams as they stand.
    var media: [MediaStream] {
        Party.allCases.compactMap { party in
            guard var stream = streams[party]?.stream(agreed: agreedFormat), stream.packets > 0 else { return nil }
            stream.direction = signalling.rolesAreGuessed ? nil : party
            return stream
        }
    }
}
