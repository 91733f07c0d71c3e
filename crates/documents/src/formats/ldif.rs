//! LDIF: a directory's export; one form per entry.

use super::cards::{Form, Out, lines, unfolded};
use super::mime;
use crate::{Head, Task};

pub(super) fn recognise(head: &Head<'_>) -> bool {
    let Some(start) = head.text_start() else { return false };
    let mut lines = start.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let mut first = lines.next().unwrap_or_default();
    if first.starts_with("version:") {
        first = lines.next().unwrap_or_default();
    }
    first.strip_prefix("dn:").is_some_and(|name| name.starts_with(':') || name.contains('='))
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let head = task.head;
    let mut out = Out::new("entry");
    let mut form = Form::default();
    for line in unfolded(lines(head)) {
        if line.trim().is_empty() {
            if !(form.text.is_empty() && form.files.is_empty()) {
                out.give(task, std::mem::take(&mut form));
            }
            continue;
        }
        let Some((name, value)) = line.split_once(':').filter(|(name, _)| !name.starts_with('#') && *name != "version") else { continue };
        let name = name.split(';').next().unwrap_or(name).trim();
        let (value, file) = match value.strip_prefix(':') {
            Some(packed) => {
                let bytes = mime::base64(packed.as_bytes());
                match std::str::from_utf8(&bytes) {
                    Ok(text) => (text.to_string(), None),
                    Err(_) => (String::new(), Some(bytes)),
                }
            }
            None => (value.trim().to_string(), None),
        };
        let lower = name.to_ascii_lowercase();
        match (file, attribute(&lower)) {
            (Some(content), _) => form.files.push((name.to_string(), content)),
            (None, "") => {}
            (None, known) => form.line(if known == "?" { name } else { known }, &value.replace('$', ", ")),
        }
    }
    if !(form.text.is_empty() && form.files.is_empty()) {
        out.give(task, form);
    }
}

/// A directory's attribute in words: nothing for those about the directory itself, `?` for any other.
fn attribute(name: &str) -> &'static str {
    match name {
        "dn" => "Entry",
        "cn" | "displayname" => "Name",
        "sn" => "Last name",
        "givenname" => "First name",
        "initials" => "Initials",
        "mail" | "mozillasecondemail" => "E-mail",
        "telephonenumber" => "Phone",
        "homephone" => "Home phone",
        "mobile" => "Mobile phone",
        "pager" => "Pager",
        "facsimiletelephonenumber" | "fax" => "Fax",
        "street" | "streetaddress" => "Street",
        "mozillahomestreet" => "Home street",
        "mozillahomelocalityname" => "Home city",
        "mozillahomestate" => "Home state",
        "mozillahomepostalcode" => "Home zip",
        "postaladdress" | "registeredaddress" => "Address",
        "homepostaladdress" => "Home address",
        "l" => "City",
        "st" => "State",
        "postalcode" => "Zip",
        "c" | "co" => "Country",
        "o" => "Company",
        "ou" | "department" | "departmentnumber" => "Department",
        "title" => "Job title",
        "employeenumber" | "employeeid" => "Employee number",
        "birthdate" | "dateofbirth" => "Date of birth",
        "uid" | "samaccountname" => "User",
        "userprincipalname" => "User name",
        "description" => "Description",
        "userpassword" => "Password",
        "objectclass" | "modifytimestamp" | "changetype" | "objectcategory" | "instancetype" | "usncreated" | "usnchanged" | "dscorepropagationdata" => "",
        _ => "?",
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::check;

    #[test]
    fn directory() {
        check(
            "a.ldif",
            b"version: 1\n\n# comment\ndn: cn=Ann Lee,o=x\nobjectClass: person\ncn: Ann\n  Lee\nsn:: TsO6w7Fleg==\npostalAddress: 12 Oak St$Dayton\nx-mrn: 77\n\ndn: cn=Bob\nmail: bob@example.org\n",
            "\
read text/x-ldif tags
[entry 1 form] Entry: cn=Ann Lee,o=x\\nName: Ann Lee\\nLast name: N\u{fa}\u{f1}ez\\nAddress: 12 Oak St, Dayton\\nx-mrn: 77
[entry 2 form] Entry: cn=Bob\\nE-mail: bob@example.org",
        );
    }
}
