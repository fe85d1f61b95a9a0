/// The client's side of HylaFAX's protocol (hfaxd(8)): commands one after the other, documents and lists over data connections that
/// the server opens a port for. Holds no socket: what came in, what is to be done out.
public struct HylaFAXSession: Sendable {
    /// Octets of what is fetched.
    public static let dataLimit = 64 << 20

    public enum Step: Sendable, Hashable {
        case greeting
        /// `admin`: its password; `nil`: administrative privileges are not asked for.
        case login(user: String, password: String?, admin: String?)
        case command(String)
        case store(String, [UInt8])
        case fetch(String)
        /// Gives the job the document that was stored last.
        case document
    }

    public enum Input: Sendable {
        case octets([UInt8])
        case closed(String)
        case dataOpened
        case dataOctets([UInt8])
        case dataClosed
        case dataFailed(String)
    }

    public enum Output: Sendable, Hashable {
        /// A command, with its end of line.
        case send(String)
        /// To the host of the control connection: an address in a reply is not believed.
        case openData(port: UInt16)
        /// All of it; then the data connection is closed.
        case sendData([UInt8])
        case closeData
        /// All steps are through: their last replies, and what was fetched.
        case finished(replies: [HylaFAXReply], data: [[UInt8]])
        case failed(ServerFailure)
    }

    /// Where the step stands.
    private enum Stage: Sendable, Hashable {
        case idle
        case reply
        case password(admin: String?)
        case admin
        /// PASV was said.
        case port
        case opening
        /// The command was said, its 1xx is due.
        case preliminary
        /// Its 2xx is due, and what is fetched has to end.
        case transfer(hasEnded: Bool, HylaFAXReply?)
    }

    private var steps: [Step] = []
    private var stage = Stage.idle
    private var outputs: [Output] = []
    private var lines = LineSplitter()
    private var reader = HylaFAXReplyReader()
    private var replies: [HylaFAXReply] = []
    private var data: [[UInt8]] = []
    private var fetched: [UInt8] = []
    /// What is fetched ended, perhaps before the server's 1xx was read.
    private var hasDataEnded = false
    private var fileName: String?
    private var isLost = false
    /// EPSV instead of PASV, for IPv6.
    private let isExtended: Bool
    public private(set) var words = ServerWords()

    public init(isExtended: Bool = false) { self.isExtended = isExtended }

    /// Begins with further steps; those before are through.
    public mutating func begin(_ steps: [Step]) {
        self.steps = steps
        (replies, data) = ([], [])
        advance()
    }

    /// What is to be done next; `nil`: nothing before something comes in.
    public mutating func next() -> Output? { outputs.isEmpty ? nil : outputs.removeFirst() }

    /// What it waits for, in words.
    public var pending: String {
        switch steps.first {
        case .greeting: "the greeting"
        case .login(let user, _, _): "the login of '\(user)'"
        case .command(let text), .fetch(let text): text
        case .store(let command, _): command
        case .document: "JPARM DOCUMENT"
        case nil: "nothing"
        }
    }

    public mutating func handle(_ input: Input) {
        switch input {
        case .octets(let octets): takeLines(octets)
        case .closed(let reason):
            isLost = true
            if stage != .idle { fail(.lost(during: pending, reason)) }
        case .dataOpened: dataOpened()
        case .dataOctets(let octets): take(data: octets)
        case .dataClosed: dataEnded()
        case .dataFailed(let reason): if stage != .idle { fail(.lost(during: pending, "data connection: \(reason)")) }
        }
    }

    // MARK: - Steps

    private mutating func advance() {
        guard !isLost else { return fail(.lost(during: pending, "the connection is closed")) }
        guard let step = steps.first else {
            stage = .idle
            outputs.append(.finished(replies: replies, data: data))
            return
        }
        stage = .reply
        switch step {
        case .greeting: break
        case .login(let user, _, _): say("USER \(user)")
        case .command(let text): say(text)
        case .store, .fetch:
            stage = .port
            (fetched, hasDataEnded) = ([], false)
            say(isExtended ? "EPSV" : "PASV")
        case .document:
            guard let fileName else { return fail(.unreadable("no name came for the document that was stored")) }
            say("JPARM DOCUMENT \(fileName)")
        }
    }

    private mutating func say(_ text: String, shown: String? = nil) {
        // One command is one line, whatever is in it.
        let line = text.filter { $0 != "\r" && $0 != "\n" && $0 != "\r\n" }
        words.said(shown ?? line)
        outputs.append(.send(line + "\r\n"))
    }

    private mutating func fail(_ failure: ServerFailure) {
        if isTransferring { outputs.append(.closeData) }
        stage = .idle
        steps = []
        outputs.append(.failed(failure))
    }

    private var isTransferring: Bool {
        switch stage {
        case .opening, .preliminary, .transfer: true
        case .idle, .reply, .password, .admin, .port: false
        }
    }

    private mutating func passed(_ reply: HylaFAXReply) {
        replies.append(reply)
        if !steps.isEmpty { steps.removeFirst() }
        advance()
    }

    // MARK: - Replies

    private mutating func takeLines(_ octets: [UInt8]) {
        for line in lines.take(octets) {
            words.heard(line)
            do throws(ServerFailure) {
                if let reply = try reader.take(line) { take(reply) }
            } catch {
                return broken(error)
            }
        }
        if lines.isOverrun { broken(.unreadable("a line without an end")) }
    }

    /// Replies and commands cannot be told to belong together any more.
    private mutating func broken(_ failure: ServerFailure) {
        isLost = true
        if stage != .idle { fail(failure) }
    }

    private mutating func take(_ reply: HylaFAXReply) {
        if reply.code == 421 { return fail(.lost(during: pending, reply.said)) }
        switch stage {
        // Nobody asked: words of the server on its own.
        case .idle: return
        case .reply: answered(reply)
        case .password(let admin):
            guard reply.kind == .done else { return loginRefused(reply) }
            loggedIn(reply, admin: admin)
        case .admin:
            guard reply.kind == .done else { return loginRefused(reply) }
            passed(reply)
        case .port:
            guard reply.kind == .done else { return refused(reply) }
            guard let port = reply.dataPort else { return fail(.unreadable("no port in '\(reply.said)'")) }
            stage = .opening
            outputs.append(.openData(port: port))
        case .opening: refused(reply)
        case .preliminary:
            guard reply.kind == .preliminary else { return refused(reply) }
            fileName = reply.fileName ?? fileName
            stage = .transfer(hasEnded: false, nil)
            if case .store(_, let octets) = steps.first {
                outputs.append(.sendData(octets))
                stage = .transfer(hasEnded: true, nil)
            }
        case .transfer(let hasEnded, _):
            guard reply.kind == .done else { return refused(reply) }
            stage = .transfer(hasEnded: hasEnded, reply)
            endTransfer()
        }
    }

    private mutating func answered(_ reply: HylaFAXReply) {
        // A server that is starting asks for patience first (RFC 959 5.4).
        if reply.kind == .preliminary { return }
        guard case .login(_, let password, let admin) = steps.first else {
            return reply.kind == .done ? passed(reply) : refused(reply)
        }
        switch reply.kind {
        case .done: loggedIn(reply, admin: admin)
        case .intermediate:
            guard let password else { return fail(.passwordWanted(said: reply.said)) }
            stage = .password(admin: admin)
            say("PASS \(password)", shown: "PASS ***")
        default: loginRefused(reply)
        }
    }

    private mutating func loggedIn(_ reply: HylaFAXReply, admin: String?) {
        guard let admin else { return passed(reply) }
        stage = .admin
        say("ADMIN \(admin)", shown: "ADMIN ***")
    }

    private mutating func loginRefused(_ reply: HylaFAXReply) {
        guard case .login(let user, _, _) = steps.first else { return refused(reply) }
        fail(.loginRefused(user: user, said: reply.said))
    }

    private mutating func refused(_ reply: HylaFAXReply) { fail(.refused(step: pending, said: reply.said)) }

    // MARK: - Data connections

    private mutating func dataOpened() {
        guard stage == .opening else { return }
        stage = .preliminary
        switch steps.first {
        case .store(let command, _), .fetch(let command): say(command)
        case .greeting, .login, .command, .document, nil: break
        }
    }

    private mutating func take(data octets: [UInt8]) {
        switch stage {
        // The server may send before its 1xx was read.
        case .preliminary, .transfer: break
        case .idle, .reply, .password, .admin, .port, .opening: return
        }
        guard fetched.count + octets.count <= Self.dataLimit else {
            return fail(.unreadable("more than \(Self.dataLimit) octets for \(pending)"))
        }
        fetched += octets
    }

    private mutating func dataEnded() {
        guard case .fetch = steps.first else { return }
        hasDataEnded = true
        if case .transfer(_, let reply) = stage {
            stage = .transfer(hasEnded: true, reply)
            endTransfer()
        }
    }

    private mutating func endTransfer() {
        guard case .transfer(let hasEnded, .some(let reply)) = stage, hasEnded || hasDataEnded else { return }
        fileName = reply.fileName ?? fileName
        if case .fetch = steps.first { data.append(fetched) }
        outputs.append(.closeData)
        passed(reply)
    }
}
