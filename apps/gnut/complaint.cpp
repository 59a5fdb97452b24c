#include "complaint.hpp"

#include "printable.hpp"

#include <boost/asio/error.hpp>

#include <iostream>

namespace gnut {

void complain(std::string_view sentence) {
    std::cout.flush();  // what was said before comes first, where both go to the same place
    std::cerr << "gnut: " + std::string(sentence) + '\n';
}

void complain(const gnutella::error_code& error) {
    if (error != boost::asio::error::operation_aborted) {
        complain(error.message());
    }
}

void complain(std::string_view subject, const gnutella::error_code& error) {
    if (error != boost::asio::error::operation_aborted) {
        complain(complaint_about(subject, error));
    }
}

std::string complaint_about_download(std::string_view name, const gnutella::error_code& error, Kept kept) {
    using gnutella::Error;
    const bool goes_on = error == Error::source_timed_out || error == Error::source_closed || error == Error::disk_full;
    return complaint_about(name, error) + (kept == Kept::on_disk && goes_on ? " to go on from here" : "");
}

std::string complaint_about(std::string_view subject, const gnutella::error_code& error) {
    return printable(subject) + ": " + error.message();
}

}  // namespace gnut
