/// What a completion code of libspandsp's T.30 means for whoever thinks of another call. The numbers are those of its
/// header; a test holds them against it.
enum FaxCompletion: Sendable, Hashable {
    case success
    /// Nothing that sounds like a fax machine was there.
    case noFax
    /// Signals did not get through, or not in time: training, pages, answers.
    case line
    /// The two machines do not fit: what the document needs the other one cannot, or it has no fax to take.
    case incapable
    /// The other side does not want it: address, password, identity.
    case unwanted
    /// The document, or this machine.
    case ownFault

    init(code: Int) {
        switch code {
        case 0: self = .success
        // CED too long, T0, T1.
        case 1...3: self = .noFax
        // The operator; FILEERROR to NOMEM.
        case 7, 41...47: self = .ownFault
        // INCOMPATIBLE to NOSIZESUPPORT; NOPOLL.
        case 8...12, 50: self = .incapable
        // IDENT_UNACCEPTABLE to CSA_UNACCEPTABLE.
        case 51...61: self = .unwanted
        default: self = .line
        }
    }
}
