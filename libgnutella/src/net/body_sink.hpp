#pragma once

#include <gnutella/error.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace gnutella::net {

/// Where the body of a source's answer goes. Functions are called on the download's strand, but for `take`.
class BodySink {
  public:
    virtual ~BodySink() = default;

    /// Bytes still wanted; may become less while the body comes.
    virtual std::uint64_t wanted() const = 0;
    /// Bytes have come, of those that are wanted.
    virtual void received(std::size_t bytes) = 0;
    /// Bytes have come that are not wanted: the source cannot begin where it was told to.
    virtual void skipped(std::size_t bytes) = 0;

    /// The source is waited for, from now on ...
    virtual void waits_for_source() = 0;
    /// ... and no longer.
    virtual void waits_for_us() = 0;

    /// As many bytes are given to `take` at once, or a multiple, as long as more follow and memory allows.
    virtual std::uint64_t unit() const = 0;
    /// Takes the bytes that follow. On a disk thread, one call at a time, each followed by `taken`.
    virtual error_code take(std::span<const std::byte> bytes) = 0;
    /// The last `take` is done.
    virtual void taken() = 0;
};

}  // namespace gnutella::net
