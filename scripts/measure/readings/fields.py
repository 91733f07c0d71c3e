"""Column headers as clinical systems, exports and clerks write them. Sources: the published table definitions of OpenEMR, OpenMRS, OMOP,
Synthea, CMS synthetic claims and FHIR-to-CSV exports, and usual forms of spreadsheets. Not taken from the finder's lists."""

# field: style -> headers. Styles: plain (spreadsheets), db (database columns), short (abbreviations), es (Spanish).
HEADERS = {
    "name": {
        "plain": ["Patient Name", "Name", "Patient", "Full Name", "Client Name", "Name (Last, First)", "Member Name", "Patient's Name", "Resident Name", "NAME"],
        "db": ["patient_name", "pat_name", "PATIENT_FULL_NAME", "patientName", "full_name", "client_name", "PersonName"],
        "short": ["pt_nm", "pat nm", "PTNAME", "ptnt_name", "nm"],
        "es": ["Nombre", "Nombre del paciente", "Paciente", "Nombre completo", "Nombre y apellidos"],
    },
    "first": {
        "plain": ["First Name", "First", "Given Name", "Patient First Name", "FIRST NAME", "Forename"],
        "db": ["first_name", "firstName", "given_name", "FIRSTNAME", "PAT_FIRST_NAME", "patient_first_name", "name_first"],
        "short": ["fname", "f_name", "fst_nm", "FNAME", "pt_fname", "frst_nm"],
        "es": ["Nombre", "Nombres", "Primer nombre", "Nombre(s)"],
    },
    "last": {
        "plain": ["Last Name", "Last", "Surname", "Family Name", "Patient Last Name", "LAST NAME"],
        "db": ["last_name", "lastName", "family_name", "LASTNAME", "PAT_LAST_NAME", "patient_last_name", "name_last"],
        "short": ["lname", "l_name", "lst_nm", "LNAME", "pt_lname"],
        "es": ["Apellido", "Apellidos", "Apellido paterno"],
    },
    "middle": {"plain": ["Middle Name", "MI", "Middle Initial"], "db": ["middle_name", "middleName", "mname"], "short": ["mi", "m_init", "mid_nm"], "es": ["Segundo nombre"]},
    "dob": {
        "plain": ["DOB", "Date of Birth", "Birth Date", "D.O.B.", "Birthday", "Birthdate", "Patient DOB"],
        "db": ["birth_date", "date_of_birth", "birthDate", "BIRTHDATE", "BIRTH_DT", "dob", "patient_dob", "BENE_BIRTH_DT", "birth_datetime"],
        "short": ["bday", "bdate", "brth_dt", "dt_of_birth", "pt_dob", "b_date"],
        "es": ["Fecha de nacimiento", "Fecha nacimiento", "F. Nac.", "Fec. Nacimiento"],
    },
    "ssn": {
        "plain": ["SSN", "Social Security Number", "Social Security #", "SS#", "Soc Sec No"],
        "db": ["ssn", "social_security_number", "SSN_NUM", "patient_ssn", "socialSecurityNumber", "ss"],
        "short": ["ssn_nbr", "soc_sec", "ss_num", "ssno"],
        "es": ["Seguro Social", "Número de Seguro Social", "No. Seguro Social"],
    },
    "mrn": {
        "plain": ["MRN", "Medical Record Number", "MRN #", "Chart #", "Chart Number", "Patient ID", "Med Rec No", "Patient Number"],
        "db": ["mrn", "medical_record_number", "PAT_MRN_ID", "patient_mrn", "med_rec_nbr", "chart_number", "mrnNumber"],
        "short": ["mr_no", "mrn_nbr", "med_rec", "pt_mrn", "mr_num"],
        "es": ["Expediente", "Número de expediente", "No. Expediente", "Historia clínica"],
    },
    "member": {
        "plain": ["Member ID", "Subscriber ID", "Insurance ID", "Policy Number", "Member #", "Insurance ID Number", "Policy #"],
        "db": ["member_id", "subscriber_id", "insurance_id", "policy_number", "memberId", "INS_POLICY_NUM", "insurance_policy_number", "subscriberId"],
        "short": ["subscr_id", "mbr_id", "ins_id", "pol_no", "mem_id", "subsc_id"],
        "es": ["Número de póliza", "Póliza", "No. de afiliado", "Número de asegurado"],
    },
    "phone": {
        "plain": ["Phone", "Home Phone", "Cell Phone", "Phone Number", "Telephone", "Mobile", "Contact #", "Primary Phone"],
        "db": ["phone_home", "home_phone", "phone_number", "phoneCell", "mobile_phone", "HOME_PHONE", "patient_phone", "contact_phone"],
        "short": ["cell_ph", "ph_no", "hm_ph", "tel_no", "phn", "mob_no"],
        "es": ["Teléfono", "Teléfono celular", "Tel.", "Celular", "Teléfono de casa"],
    },
    "email": {
        "plain": ["Email", "E-mail", "Email Address", "E-Mail Address"],
        "db": ["email", "email_address", "emailAddress", "patient_email", "EMAIL_ADDR"],
        "short": ["eml", "email_adr", "e_mail"],
        "es": ["Correo electrónico", "Correo", "Email"],
    },
    "street": {
        "plain": ["Address", "Street Address", "Home Address", "Address 1", "Mailing Address", "Street"],
        "db": ["address_line_1", "street", "address1", "ADD_LINE_1", "home_address", "streetAddress", "patient_address"],
        "short": ["addr1", "addr", "adr_ln1", "st_addr", "addr_1"],
        "es": ["Dirección", "Domicilio", "Calle"],
    },
    "city": {"plain": ["City", "Town"], "db": ["city", "city_name", "patient_city", "CITY"], "short": ["cty", "city_nm"], "es": ["Ciudad", "Municipio"]},
    "state": {"plain": ["State", "ST"], "db": ["state", "state_code", "STATE_CD", "patient_state"], "short": ["st", "st_cd"], "es": ["Estado"]},
    "zip": {"plain": ["Zip", "Zip Code", "ZIP", "Postal Code"], "db": ["zip", "postal_code", "zip_code", "ZIP_CD", "postalCode"], "short": ["zip_cd", "zp", "zip5"], "es": ["Código postal", "C.P."]},
    "account": {
        "plain": ["Account #", "Account Number", "Acct No", "Patient Account Number"],
        "db": ["account_number", "acct_no", "HSP_ACCOUNT_ID", "accountNumber", "patient_account"],
        "short": ["acct", "acct_nbr", "acct_num"],
        "es": ["Número de cuenta", "Cuenta"],
    },
    "diagnosis": {
        "plain": ["Diagnosis", "Dx", "ICD-10", "Primary Diagnosis", "Diagnosis Code", "ICD Code"],
        "db": ["diagnosis_code", "primary_dx", "icd10_code", "dx_code", "diagnosis", "ICD_CODE"],
        "short": ["dx1", "diag_cd", "prim_dx", "icd"],
        "es": ["Diagnóstico", "Diagnóstico principal"],
    },
    "procedure": {
        "plain": ["CPT", "Procedure", "CPT Code", "Procedure Code", "Exam"],
        "db": ["cpt_code", "procedure_code", "proc_code", "hcpcs_cd"],
        "short": ["proc_cd", "cpt_cd", "px_cd"],
        "es": ["Procedimiento", "Estudio"],
    },
    "medication": {"plain": ["Medication", "Drug Name", "Medications"], "db": ["medication_name", "drug_name", "medication"], "short": ["med_nm", "rx_name", "drug_nm"], "es": ["Medicamento", "Medicamentos"]},
    "service_date": {
        "plain": ["Date of Service", "DOS", "Visit Date", "Admission Date", "Appt Date", "Exam Date"],
        "db": ["service_date", "visit_date", "admit_date", "encounter_date", "dos", "CLM_FROM_DT", "study_date"],
        "short": ["svc_dt", "adm_dt", "appt_dt", "visit_dt"],
        "es": ["Fecha de servicio", "Fecha de visita", "Fecha de la cita", "Fecha de ingreso"],
    },
    "provider": {
        "plain": ["Provider", "Physician", "Attending Physician", "Referring Provider", "PCP", "Doctor", "Ordering Physician"],
        "db": ["provider_name", "attending_provider", "referring_physician", "ordering_provider_name", "pcp_name"],
        "short": ["prov_nm", "ref_md", "att_phys", "ord_prov"],
        "es": ["Médico", "Doctor", "Médico tratante"],
    },
    "guardian": {
        "plain": ["Guardian Name", "Parent/Guardian", "Guarantor Name", "Emergency Contact", "Responsible Party", "Mother's Name"],
        "db": ["guardian_name", "guarantor_name", "emergency_contact_name", "responsible_party", "guardiansname"],
        "short": ["guar_nm", "guard_name", "emerg_contact"],
        "es": ["Nombre del tutor", "Tutor", "Contacto de emergencia"],
    },
    "subscriber": {
        "plain": ["Subscriber Name", "Insured Name", "Policy Holder", "Policyholder Name"],
        "db": ["subscriber_name", "insured_name", "policy_holder_name"],
        "short": ["subscr_nm", "insd_name", "subs_name"],
        "es": ["Nombre del asegurado", "Asegurado", "Titular de la póliza"],
    },
    "drivers": {"plain": ["Driver's License", "DL #", "Driver License No"], "db": ["drivers_license", "driver_license_number", "DRIVERS"], "short": ["dl_no", "drv_lic"], "es": ["Licencia de conducir"]},
    "employer": {"plain": ["Employer", "Employer Name"], "db": ["employer_name", "employer"], "short": ["emplr", "empl_nm"], "es": ["Empleador", "Patrón"]},
    "relationship": {"plain": ["Relationship", "Relationship to Patient"], "db": ["relationship", "relationship_to_patient"], "short": ["rel", "reltn"], "es": ["Parentesco"]},
}

# Columns that say nothing of a person: header and values.
NOISE = {
    "plain": ["Balance", "Status", "Amount Due", "Room", "Visit Type", "Payer", "Location", "Department", "Charges", "Age", "Units", "Sex", "Active", "Priority", "Copay", "Race"],
    "db": ["created_at", "balance_due", "status_cd", "row_version", "is_active", "facility_id", "payer_name", "total_charge", "sort_order", "gender", "dept_code", "last_modified_dt"],
    "short": ["bal", "stat", "amt", "dept", "loc_cd", "flg", "qty", "chg_amt", "sx", "rm"],
    "es": ["Saldo", "Estatus", "Cuarto", "Sexo", "Importe", "Edad", "Turno"],
}
