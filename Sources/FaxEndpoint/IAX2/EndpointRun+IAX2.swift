import FaxCore
import FaxProtocol

// `faxprobe iax`.
extension EndpointRun {
    /// Answers calls of the modem that registers, until those that are wanted have ended.
    public func receive(_ settings: IAX2EndpointSettings) -> Status {
        run(settings, wanted: settings.answering?.calls) { _ in }
    }

    /// Sends faxes to the modem that registers, one after the other.
    public func send(_ faxes: [OutgoingIAX2Fax], _ settings: IAX2EndpointSettings) -> Status {
        run(settings, wanted: faxes.count) { $0.send(faxes) }
    }

    private final class Witness {
        var isSomebodyThere = false
    }

    private func run(_ settings: IAX2EndpointSettings, wanted: Int?, _ begin: (LiveIAX2) -> Void) -> Status {
        let endpoint: LiveIAX2
        do {
            endpoint = try LiveIAX2(settings)
        } catch {
            complain("\(error)")
            return .couldNotRun
        }
        defer { endpoint.close() }
        onListening(endpoint.address)
        begin(endpoint)
        var tally = Tally(wanted: wanted)
        tally.endsOnTrouble = settings.answering == nil
        let witness = Witness()
        var following = self
        following.onEvent = { event in
            switch event.kind {
            case .iax2(.registered), .began: witness.isSomebodyThere = true
            default: break
            }
            onEvent(event)
        }
        let status = following.conclude(endpoint, tally, record: settings.recordPath)
        if status == .failed, !witness.isSomebodyThere {
            complain(Self.advice(settings.account.name, endpoint.address))
        }
        return status
    }

    private static func advice(_ name: String, _ address: Endpoint) -> String {
        "\(name) did not register: IAXmodem's configuration wants server \(address), peername \(name), the secret, and a "
            + "refresh above 0"
    }
}
