"""DICOM: personal attributes by PS3.6 and PS3.15 Annex E, read by pydicom."""

import pydicom
from .common import Truth, name, nothing, squeeze

PATIENT = {
    "PatientID": "mrn", "OtherPatientIDs": "mrn", "PatientBirthDate": "dob", "PatientTelephoneNumbers": "phone", "InsurancePlanIdentification": "insurance_id",
    "MedicalRecordLocator": "mrn", "AccessionNumber": "case_number", "AdmissionID": "case_number", "StudyDate": "service_date",
    "AcquisitionDate": "service_date", "SeriesDate": "service_date", "ContentDate": "service_date", "PerformedProcedureStepStartDate": "service_date",
    "ScheduledProcedureStepStartDate": "service_date", "AdmittingDate": "service_date", "AcquisitionDateTime": "service_date",
    "StudyDescription": "procedure", "RequestedProcedureDescription": "procedure", "PerformedProcedureStepDescription": "procedure",
    "ScheduledProcedureStepDescription": "procedure", "AdmittingDiagnosesDescription": "diagnosis", "Allergies": "diagnosis",
    "ReasonForTheRequestedProcedure": "diagnosis", "ReasonForStudy": "diagnosis", "MedicalAlerts": "diagnosis", "FillerOrderNumberImagingServiceRequest": "case_number",
    "PlacerOrderNumberImagingServiceRequest": "case_number", "RequestedProcedureID": "case_number", "StudyID": "case_number", "ServiceEpisodeID": "case_number",
}
NAMES = {"PatientName", "OtherPatientNames", "PatientBirthName"}
STAFF = {"OperatorsName", "OrderEnteredBy", "InterpretationRecorder", "InterpretationTranscriber"}


def pn(value):
    group = str(value).split("=")[0].split("^")
    group += [""] * (5 - len(group))
    return name(group[0], group[1], group[2], group[4])


def values(element):
    v = element.value
    return list(v) if element.VM > 1 else [v]


def read(path):
    truth = Truth()
    data = pydicom.dcmread(path, stop_before_pixels=True, force=True)
    if str(data.get("PatientIdentityRemoved", "")).strip().upper() == "YES":
        return []
    known = any(k in data and not nothing(data[k].value) for k in ("PatientName", "PatientID"))
    if not known:
        return []

    def walk(dataset):
        for e in dataset:
            if e.VR == "SQ":
                for item in e.value:
                    walk(item)
                continue
            if e.value in (None, ""):
                continue
            for value in values(e):
                if e.keyword in NAMES:
                    truth.person(pn(value), "patient")
                elif e.keyword == "ResponsiblePerson":
                    truth.person(pn(value), "guardian")
                elif e.keyword == "PatientMotherBirthName":
                    truth.person(pn(value), "other")
                elif e.VR == "PN" and not nothing(value):
                    if e.tag.is_private:
                        # A maker's own attribute: whose name it is, is known only where it repeats the patient's.
                        if pn(value) == pn(data.get("PatientName", "")):
                            truth.person(pn(value), "patient")
                        continue
                    role = {"staff"} if e.keyword in STAFF else {"provider"}
                    got = pn(value)
                    truth.person(got, *role, patient=False)
                    if got and "provider" in role:
                        truth.add("provider", got, "patient")
                elif e.keyword == "PatientAddress":
                    truth.add("address", value, "patient")
                elif PATIENT.get(e.keyword):
                    truth.add(PATIENT[e.keyword], value, "patient")

    walk(data)
    return truth.elements
