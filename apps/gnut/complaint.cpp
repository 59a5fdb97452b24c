#include "complaint.hpp"

#include "printable.hpp"

#include <iostream>

namespace gnut {

void complain(std::string_view sentence) {
    std::cout.flush();  // what was said before comes first, where both go to the same place
    std::cerr << "gnut: " + std::string(sentence) + '\n';
}

std::string complaint_about(std::string_view subject, const gnutella::error_code& error) {
    return printable(subject) + ": " + error.message();
}

}  // namespace gnut
