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
    std::string complaint = complaint_about(name, error);
    if (kept == Kept::nowhere) {
        return complaint;
    }
    if (error == Error::source_timed_out || error == Error::source_closed || error == Error::disk_full) {
        return complaint + " to go on from here";  // these end in "try again"
    }
    if (error == Error::cannot_connect || error == Error::connect_timed_out || error == Error::source_busy ||
        error == Error::source_lacks_file || error == Error::source_answer) {
        return complaint + "; what has come of it is kept for a later get";
    }
    return complaint;
}

std::string complaint_about(std::string_view subject, const gnutella::error_code& error) {
    return printable(subject) + ": " + error.message();
}

}  // namespace gnut
