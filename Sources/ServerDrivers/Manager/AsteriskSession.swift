/// Asterisk's manager interface (AMI): actions and events as blocks of fields. A call is placed with the application `SendFAX`; how it ends
/// is told by the variables that the application sets (`VarSet`) and by `Hangup`.
public struct AsteriskSession: ManagerSession {
    public static let tellsReceptions = true
    public private(set) var product: String?
    public private(set) var words = ServerWords()
    public private(set) var pending = "the greeting"
    public private(set) var receptions: [ServerReception] = []
    private var greeting: [UInt8]? = []
    private var reader = HeaderBlockReader(hasBodies: false)
    private var outputs: [ManagerOutput] = []
    private var jobs: [ManagerJob] = []
    /// The action whose response is due.
    private var action: (number: Int, request: ManagerRequest)?
    private var lastNumber = 0
    public private(set) var failure: ServerFailure?

    private static let greetingLimit = 200
    private static let receptionLimit = 1_000

    public init() {}

    public mutating func next() -> ManagerOutput? { outputs.isEmpty ? nil : outputs.removeFirst() }
    public func status(of job: String) -> ServerJobStatus? { jobs.last { $0.name == job }?.status }

    // MARK: - Actions

    public mutating func begin(_ request: ManagerRequest) {
        if let failure { return outputs.append(.failed(failure)) }
        lastNumber += 1
        action = (lastNumber, request)
        switch request {
        case .login(let user, let password):
            pending = "the login of '\(user)'"
            say([("Action", "Login"), ("Username", user), ("Secret", password)])
        case .send(let call):
            pending = "Originate"
            jobs = jobs.suffix(ManagerJob.limit - 1) + [ManagerJob(call.job)]
            say([
                ("Action", "Originate"), ("Channel", call.dial), ("ChannelId", call.job),
                ("Application", "SendFAX"),
                ("Data", call.file), ("CallerID", call.callerNumber), ("Timeout", "60000"),
                ("Async", "true"),
            ])
        case .hangUp(let job):
            pending = "Hangup"
            // The action takes the channel's name only, and one that is none ends nothing.
            guard let channel = jobs.last(where: { $0.name == job })?.channel else {
                action = nil
                return outputs.append(.failed(.unsupported("no event has named the channel of \(job) yet")))
            }
            say([("Action", "Hangup"), ("Channel", channel)])
        }
    }

    private mutating func say(_ fields: [(String, String)]) {
        var text = ""
        for (name, value) in fields + [("ActionID", "\(lastNumber)")] where !value.isEmpty {
            text += "\(name): \(value.oneLine)\r\n"
            words.said("\(name): \(name == "Secret" ? "***" : value.oneLine)")
        }
        outputs.append(.send(text + "\r\n"))
    }

    // MARK: - What comes

    public mutating func closed(_ reason: String) { broken(.lost(during: pending, reason)) }

    private mutating func broken(_ failure: ServerFailure) {
        guard self.failure == nil else { return }
        self.failure = failure
        if action != nil { outputs.append(.failed(failure)) }
        action = nil
    }

    public mutating func take(_ octets: [UInt8]) {
        guard failure == nil else { return }
        var octets = octets
        if var line = greeting {
            guard let end = octets.firstIndex(of: 0x0A) else {
                line += octets
                greeting = line
                if line.count > Self.greetingLimit {
                    broken(.unreadable("no greeting of a manager interface"))
                }
                return
            }
            let text = String(decoding: (line + octets[..<end]).filter { $0 >= 0x20 }, as: UTF8.self)
            words.heard(text)
            guard text.contains("Call Manager") else {
                return broken(.unreadable("'\(text.prefix(80))' is no greeting of a manager interface"))
            }
            (product, greeting) = (text, nil)
            octets = Array(octets[(end + 1)...])
        }
        do throws(ServerFailure) {
            for block in try reader.take(octets) { take(block) }
        } catch {
            broken(error)
        }
    }

    private mutating func take(_ block: HeaderBlock) {
        if let name = block["Event"] { return take(event: name, block) }
        guard let response = block["Response"], let number = block["ActionID"].flatMap({ Int($0) }),
            let action, action.number == number
        else { return }
        let said = block["Message"] ?? response
        words.heard("\(response): \(said)")
        self.action = nil
        if response == "Success" { return outputs.append(.finished) }
        switch action.request {
        case .login(let user, _): outputs.append(.failed(.loginRefused(user: user, said: said)))
        case .send(let call):
            jobs.removeAll { $0.name == call.job }
            outputs.append(.failed(.refused(step: pending, said: said)))
        case .hangUp: outputs.append(.failed(.refused(step: pending, said: said)))
        }
    }

    private mutating func take(event name: String, _ block: HeaderBlock) {
        if name == "ReceiveFAX" { return receive(block) }
        guard let id = block["Uniqueid"], let place = jobs.lastIndex(where: { $0.name == id }) else {
            return
        }
        if let channel = block["Channel"], !channel.isEmpty { jobs[place].channel = channel }
        switch name {
        case "OriginateResponse" where block["Response"] == "Failure":
            heard(block, ["Response", "Reason"])
            jobs[place].end("Originate: Failure, reason \(block["Reason"] ?? "unknown")")
        case "FAXStatus":
            heard(block, ["Status"])
            if !jobs[place].status.state.isEnd { jobs[place].status.state = .running }
            jobs[place].status.said = block["Status"] ?? "FAXStatus"
        case "VarSet": set(block, place)
        case "SendFAX":
            heard(block, ["PagesTransferred"])
            jobs[place].status.pagesSent =
                block["PagesTransferred"].flatMap { Int($0) } ?? jobs[place].status.pagesSent
        case "Hangup":
            heard(block, ["Cause", "Cause-txt"])
            jobs[place].end("Hangup: \(block["Cause-txt"] ?? block["Cause"] ?? "no cause")")
        default: return
        }
    }

    private mutating func set(_ block: HeaderBlock, _ place: Int) {
        guard let variable = block["Variable"], let value = block["Value"], variable.hasPrefix("FAX")
        else { return }
        heard(block, ["Variable", "Value"])
        switch variable {
        case "FAXSTATUS": jobs[place].isSuccess = value == "SUCCESS"
        case "FAXPAGES": jobs[place].status.pagesSent = Int(value) ?? jobs[place].status.pagesSent
        case "FAXERROR", "FAXSTATUSSTRING":
            if !value.isEmpty { jobs[place].status.reason = value }
        default: return
        }
    }

    private mutating func receive(_ block: HeaderBlock) {
        guard receptions.count < Self.receptionLimit, let file = block["FileName"] else { return }
        heard(block, ["FileName", "PagesTransferred", "RemoteStationID"])
        var reception = ServerReception(name: file)
        reception.pages = block["PagesTransferred"].flatMap { Int($0) }
        reception.sender = block["RemoteStationID"]
        receptions.append(reception)
    }

    private mutating func heard(_ block: HeaderBlock, _ names: [String]) {
        let values = names.compactMap { name in block[name].map { "\(name)=\($0.oneLine)" } }
        words.heard("\(block["Event"] ?? "") \(values.joined(separator: " "))")
    }
}
