import CSpanDSP

/// spandsp's own T.4 receiver, as a witness for ``PageDecoder`` in tests. It must not see hostile data: rows of many
/// empty runs overrun its buffers.
package struct SpanDSPPageReceiver: ~Copyable {
    private let state: OpaquePointer

    package struct Page: Sendable {
        package var rows: Int
        package var badRows: Int
        package var longestBadRun: Int
        package var pixels: [UInt8]
    }

    /// `octets` with the bit sent first as the least significant; `nil` when spandsp cannot be started.
    package static func read(
        _ octets: [UInt8], compression: PageDecoder.Compression, widthPx: Int, scratchPath: String
    ) -> Page? {
        SpanDSPPageReceiver(compression: compression, widthPx: widthPx, scratchPath: scratchPath)?.receive(octets)
    }

    /// `scratchPath`: spandsp opens a TIFF there although the rows come to us.
    private init?(compression: PageDecoder.Compression, widthPx: Int, scratchPath: String) {
        guard let state = t4_rx_init(nil, scratchPath, Int32(T4_COMPRESSION_ITU_T6.rawValue)) else { return nil }
        self.state = state
        let encoding: t4_image_compression_t
        switch compression {
        case .mh: encoding = T4_COMPRESSION_ITU_T4_1D
        case .mr: encoding = T4_COMPRESSION_ITU_T4_2D
        case .mmr: encoding = T4_COMPRESSION_ITU_T6
        }
        t4_rx_set_rx_encoding(state, Int32(encoding.rawValue))
        t4_rx_set_image_width(state, Int32(widthPx))
        t4_rx_set_x_resolution(state, Int32(T4_X_RESOLUTION_R8.rawValue))
        t4_rx_set_y_resolution(state, Int32(T4_Y_RESOLUTION_STANDARD.rawValue))
    }

    deinit { t4_rx_free(state) }

    private final class Rows {
        var octets: [UInt8] = []
    }

    private func receive(_ octets: [UInt8]) -> Page {
        let rows = Rows()
        t4_rx_set_row_write_handler(
            state,
            { context, row, count in
                guard let context, let row, count > 0 else { return 0 }
                Unmanaged<Rows>.fromOpaque(context).takeUnretainedValue()
                    .octets.append(contentsOf: UnsafeBufferPointer(start: row, count: count))
                return 0
            }, Unmanaged.passUnretained(rows).toOpaque())
        t4_rx_start_page(state)
        t4_rx_put_chunk(state, octets, Int32(octets.count))
        t4_rx_end_page(state)
        var statistics = t4_stats_t()
        t4_rx_get_transfer_statistics(state, &statistics)
        return withExtendedLifetime(rows) {
            Page(
                rows: Int(statistics.length), badRows: Int(statistics.bad_rows),
                longestBadRun: Int(statistics.longest_bad_row_run), pixels: rows.octets)
        }
    }
}
