import FaxDSP

// Calls that fetch a document.
extension EndpointDriver {
    /// Calls; what keeps it from it is told as an event.
    func poll(_ request: PollRequest) {
        guard !isStopping else { return }
        do {
            let reception = try beginReception(in: request.folder)
            var station = settings.fax.station(isCaller: true)
            station.receptionPath = reception.temporaryPath
            station.documentPath = request.document?.path
            station.abilities.turnaround = request.document == nil ? .none : .polls
            do {
                try place(
                    station, purpose: .fetching(reception, after: request.document), to: request.destination)
            } catch {
                reception.discard()
                throw error
            }
        } catch {
            tell(nil, .trouble("\(error)"))
        }
    }
}

extension LiveEndpoint {
    public func poll(_ request: PollRequest) { onDriver { $0.poll(request) } }
}

extension LiveCall.Purpose {
    /// `nil`: nothing can come.
    var reception: Reception? {
        switch self {
        case .sending, .modem: nil
        case .receiving(let reception), .fetching(let reception, after: _): reception
        }
    }

    /// Pages that this side means to send; `nil`: it waits for what comes.
    var pagesWanted: Int? {
        switch self {
        case .sending(let fax): fax.document.pages.count
        case .receiving, .modem: nil
        case .fetching(_, after: let document): document?.pages.count
        }
    }
}
