import FaxCore
import FaxWire

/// Follows every INVITE dialog among the SIP messages fed to it (RFC 3261 §12, §13; offers and answers by RFC 3264).
/// One dialog a Call-ID: challenged, redirected and refused attempts and further hops of the same message belong to it.
/// The owner removes dialogs; what the tracker keeps besides them is bounded.
public struct DialogTracker: Sendable {
    /// Limits of what is kept.
    public enum Limit {
        /// Messages listed in `signalling.steps` of one dialog.
        public static let steps = 2_000
        /// `signalling.sessions` of one dialog.
        public static let sessions = 256
        /// `signalling.mediaChanges` of one dialog.
        public static let mediaChanges = 256
        /// `signalling.notes` of one dialog.
        public static let notes = 64
        /// Transactions of one dialog that retransmissions are told by; older ones are forgotten.
        public static let transactions = 32
        /// Hops and distinct responses remembered of one transaction.
        public static let sightings = 32
        /// Session descriptions of one dialog that are kept read.
        public static let descriptions = 4
        /// To-tags of early dialogs of one call.
        public static let forks = 16
        /// Dialogs with the same Call-ID that are looked through.
        public static let sameCallID = 8
        /// Octets of a Call-ID; longer ones are refused.
        public static let callIDOctets = 1_024
        /// Registrations remembered.
        public static let registrations = 8_192
        /// Call-IDs of removed calls whose late messages are not taken for new calls.
        public static let closedCalls = 65_536
    }

    /// Messages that were not part of a call, and why.
    public struct Counters: Sendable, Hashable {
        /// REGISTER, OPTIONS, SUBSCRIBE … outside of calls.
        public var outsideCalls = 0
        /// Without a usable Call-ID, CSeq, From or To.
        public var unusable = 0
        /// Of calls that had been removed.
        public var late = 0

        public init() {}
    }

    public private(set) var counters = Counters()
    /// The dialog of the message handled last; `nil` when it belonged to none.
    public private(set) var latest: DialogID?
    /// Places of the dialogs in `dialogs`, where a message reads and changes its dialog without copying it.
    private var places: [DialogID: Int] = [:]
    private var dialogs: [Dialog] = []
    private let describesSteps: Bool
    private var knownMedia = KnownMedia()
    /// The latest dialog of a Call-ID; earlier ones hang on its `previous`.
    private var byCallID: [String: DialogID] = [:]
    private var nextNumber = 1
    private var registrations = RegistrationMemory(limit: Limit.registrations)
    private var closed = GenerationalMemory<UInt64, Bool>(limit: Limit.closedCalls)

    /// `describesSteps`: put the steps of the calls in words (`summary`, `remarks`); they are left empty otherwise.
    public init(describesSteps: Bool = true) {
        self.describesSteps = describesSteps
    }

    /// Dialogs now held.
    public var count: Int { places.count }

    /// What is known of a dialog so far; `nil` once it has been removed.
    public func dialog(_ id: DialogID) -> Signalling? { self[id] }

    public subscript(id: DialogID) -> Signalling? { places[id].map { dialogs[$0].signalling } }

    /// Where media of the dialog are expected, without a copy of the rest.
    public func sessions(of id: DialogID) -> [NegotiatedMedia] {
        places[id].map { dialogs[$0].signalling.sessions } ?? []
    }

    /// When the first INVITE was answered with 2xx.
    public func answerTime(of id: DialogID) -> Instant? { places[id].flatMap { dialogs[$0].signalling.answerTime } }

    /// Ids of all dialogs held, in order.
    public var openDialogs: [DialogID] { places.keys.sorted() }

    /// Takes one message. The events name the dialog that it belongs to.
    public mutating func handle(_ message: SIPMessage, _ context: SIPContext) -> [DialogEvent] {
        handle(ReadMessage(message), context)
    }

    mutating func handle(_ read: ReadMessage, _ context: SIPContext) -> [DialogEvent] {
        latest = nil
        guard let head = read.head else {
            counters.unusable += 1
            return []
        }
        guard head.mayBeOfCall else {
            counters.outsideCalls += 1
            registrations.handle(read.message, cseq: head.cseq, context)
            return []
        }
        if let id = find(head) { return deliver(head, read, context, to: id) }
        return open(head, read, context)
    }

    /// Takes a dialog out. Late messages of a call that had ended, or `isOver` though that was not seen, are not taken for
    /// a new one.
    public mutating func remove(_ id: DialogID, isOver: Bool = false) -> Signalling? {
        guard let place = places.removeValue(forKey: id) else { return nil }
        dialogs[place].note(registrations)
        // The last one takes its place.
        dialogs.swapAt(place, dialogs.count - 1)
        let dialog = dialogs.removeLast()
        if place < dialogs.count { places[dialogs[place].id] = place }
        unlink(dialog)
        if dialog.hasEnded || isOver { closed.insert(Self.hash(dialog.callID), true) }
        return dialog.signalling
    }

    /// Takes out all that is left, in order of their first messages (end of the capture).
    public mutating func finish() -> [(id: DialogID, signalling: Signalling)] {
        openDialogs.compactMap { id in remove(id).map { (id, $0) } }
    }

    // MARK: Finding and opening

    /// The dialog that a message belongs to: by Call-ID, among several of it by the tags.
    private func find(_ head: MessageHead) -> DialogID? {
        var next = byCallID[head.callID]
        var best: DialogID?
        for _ in 0..<Limit.sameCallID {
            guard let id = next, let place = places[id] else { break }
            if dialogs[place].knows(head) { return id }
            if best == nil, dialogs[place].mayTake(head) { best = id }
            next = dialogs[place].previous
        }
        return best
    }

    private mutating func deliver(
        _ head: MessageHead, _ read: ReadMessage, _ context: SIPContext, to id: DialogID
    ) -> [DialogEvent] {
        latest = id
        var events: [DialogEvent] = []
        guard let place = places[id] else { return [] }
        dialogs[place].handle(read, head, context, &knownMedia, &events)
        dialogs[place].note(registrations)
        return events
    }

    private mutating func open(_ head: MessageHead, _ read: ReadMessage, _ context: SIPContext) -> [DialogEvent] {
        guard head.belongsToCall else {
            counters.outsideCalls += 1
            return []
        }
        if !head.isInitialInvite, closed.contains(Self.hash(head.callID)) {
            counters.late += 1
            return []
        }
        let id = DialogID(nextNumber)
        nextNumber += 1
        var dialog = Dialog(id: id, head, read.message, context, describesSteps: describesSteps)
        dialog.previous = byCallID[head.callID]
        byCallID[head.callID] = id
        latest = id
        var events: [DialogEvent] = [.opened(id)]
        dialog.handle(read, head, context, &knownMedia, &events)
        dialog.note(registrations)
        places[id] = dialogs.count
        dialogs.append(dialog)
        return events
    }

    private mutating func unlink(_ dialog: Dialog) {
        guard let latest = byCallID[dialog.callID] else { return }
        if latest == dialog.id {
            byCallID[dialog.callID] = dialog.previous
            return
        }
        var next = latest
        for _ in 0..<Limit.sameCallID {
            guard let place = places[next], let previous = dialogs[place].previous else { return }
            if previous == dialog.id {
                dialogs[place].previous = dialog.previous
                return
            }
            next = previous
        }
    }

    /// FNV-1a: the same on every run.
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
