#pragma once

#include "net/http_service.hpp"
#include "transfer/rate_meter.hpp"

#include <gnutella/event.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace gnutella::net {

/// A file on its way to somebody: counts its bytes, and tells how far it is when it begins, when asked, and at its end.
class Upload {
  public:
    /// @param size bytes that will be sent.
    Upload(std::shared_ptr<HttpService> service, std::string name, Endpoint to, std::uint64_t size);
    /// Ends it as aborted, unless it has ended.
    ~Upload();
    Upload(const Upload&) = delete;
    Upload& operator=(const Upload&) = delete;

    void sent(std::uint64_t bytes);
    void report();
    /// @param error success, one of the library's, operation_aborted; any other: the connection is no more.
    void end(const error_code& error);

  private:
    std::shared_ptr<HttpService> service_;
    UploadProgress progress_;
    transfer::RateMeter meter_;
};

}  // namespace gnutella::net
