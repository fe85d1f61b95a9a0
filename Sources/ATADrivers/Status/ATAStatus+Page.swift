// The state of an SPA as its page shows it: of labels that come for each line, the first is line 1's; `Call 1 State`
// comes once for each line too.
extension ATAStatus {
    public init(page: SPAInfoPage) {
        self.init()
        identity = ATAIdentity(page: page)
        uptime = page.value("Elapsed Time")
        externalAddress = page.value("External IP").flatMap { $0.isEmpty ? nil : $0 }
        for number in 1...SettingDialect.lineLimit {
            let line = Self.line(number, page)
            guard line.hook != nil || line.registration != nil else { break }
            lines.append(line)
        }
    }

    private static func line(_ number: Int, _ page: SPAInfoPage) -> Line {
        var line = Line(number: number)
        line.hook = page.value("Hook State", occurrence: number)
        line.registration = page.value("Registration State", occurrence: number)
        line.lastRegistration = page.value("Last Registration At", occurrence: number)
        line.nextRegistration = StatusNumber.read(page.value("Next Registration In", occurrence: number))
        line.calls = (1...2).compactMap { call in
            self.call(call) { page.value("Call \(call) \($0)", occurrence: number) }
        }
        return line
    }

    /// - Parameter value: of a label of that call.
    static func call(_ number: Int, _ value: (String) -> String?) -> Call? {
        guard let state = value("State") else { return nil }
        var call = Call(number: number)
        call.state = state
        call.encoder = value("Encoder")
        call.decoder = value("Decoder")
        call.isFax = StatusNumber.flag(value("FAX"))
        call.direction = value("Type")
        call.peerName = value("Peer Name")
        call.peerNumber = value("Peer Phone")
        call.duration = value("Duration")
        call.packetsSent = StatusNumber.read(value("Packets Sent"))
        call.packetsReceived = StatusNumber.read(value("Packets Recv"))
        call.packetsLost = StatusNumber.read(value("Packets Lost"))
        call.packetErrors = StatusNumber.read(value("Packet Error"))
        call.decodeLatencyMs = StatusNumber.read(value("Decode Latency"))
        call.jitterMs = StatusNumber.read(value("Jitter"))
        call.roundTripMs = StatusNumber.read(value("Round Trip Delay"))
        return call
    }
}

extension ATAIdentity {
    /// From the state page of the SPA family; `nil`: it names no product.
    public init?(page: SPAInfoPage) {
        guard let product = page.value("Product Name"), !product.isEmpty else { return nil }
        let vendor = ["Linksys", "Cisco", "Sipura"].first { page.title.lowercased().contains($0.lowercased()) }
        self.init(vendor: vendor ?? "unknown", model: product.filter { $0 != "-" }, source: .webPage)
        firmware = page.value("Software Version")
        hardware = page.value("Hardware Version")
        serialNumber = page.value("Serial Number")
        macAddress = page.value("MAC Address").flatMap { Self.macAddress($0) }
    }
}
