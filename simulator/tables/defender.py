"""Microsoft Defender XDR: the tables of advanced hunting.

Names, order and kinds as in Microsoft's schema reference (defender-docs, `advanced-hunting-*-table.md`, 2024). The
same tables in Sentinel and Log Analytics have `TimeGenerated` beside `Timestamp` and a few columns of the workspace;
both are listed, so that a query of either kind finds its columns. `AdditionalFields` is text in the portal and dynamic
in Sentinel: dynamic here, since what reads it as text works on both. Tables that are marked open were not checked
column by column against the reference.
"""

from __future__ import annotations

from simulator.tables.model import Table
from simulator.tables.words import columns

_REFERENCE = "https://learn.microsoft.com/defender-xdr/advanced-hunting-{}-table"

_WORKSPACE = "TimeGenerated:time TenantId Type SourceSystem MachineGroup"

_DEVICE = "Timestamp:time DeviceId DeviceName ActionType"
_VERSIONS = "CompanyName ProductName ProductVersion InternalFileName OriginalFileName FileDescription"
_ACCOUNT = "Domain Name Sid Upn ObjectId"
_END = "ReportId:int AppGuardContainerId AdditionalFields:dyn"
_SESSION = (
    "InitiatingProcessSessionId:int IsInitiatingProcessRemoteSession:bool InitiatingProcessRemoteSessionDeviceName "
    "InitiatingProcessRemoteSessionIP"
)
_OWN_SESSION = (
    "ProcessSessionId:int IsProcessRemoteSession:bool ProcessRemoteSessionDeviceName ProcessRemoteSessionIP "
    "CreatedProcessSessionId:int"
)


def _each(prefix: str, names: str) -> str:
    return " ".join(prefix + name for name in names.split())


_INITIATING = " ".join(
    (
        "InitiatingProcessSHA1 InitiatingProcessSHA256 InitiatingProcessMD5 InitiatingProcessFileName "
        "InitiatingProcessFileSize:int",
        _each("InitiatingProcessVersionInfo", _VERSIONS),
        "InitiatingProcessId:int InitiatingProcessCommandLine InitiatingProcessCreationTime:time "
        "InitiatingProcessFolderPath InitiatingProcessParentId:int InitiatingProcessParentFileName "
        "InitiatingProcessParentCreationTime:time",
        _each("InitiatingProcessAccount", _ACCOUNT),
        "InitiatingProcessIntegrityLevel InitiatingProcessTokenElevation InitiatingProcessUniqueId",
    )
)
"""The process that did it, in every Device table that has one."""

_SIGNER = "InitiatingProcessSignerType InitiatingProcessSignatureStatus"
_LOGON = "InitiatingProcessLogonId:int"


def _table(name: str, title: str, *texts: str, is_open: bool = False, workspace: str = _WORKSPACE) -> Table:
    source = _REFERENCE.format(name.lower())
    return Table(f"defender.{name}", title, columns(*texts, workspace), source, open=is_open)


DEFENDER_TABLES: tuple[Table, ...] = (
    _table(
        "DeviceProcessEvents",
        "Defender: process creation",
        _DEVICE,
        "FileName FolderPath SHA1 SHA256 MD5 FileSize:int",
        _each("ProcessVersionInfo", _VERSIONS),
        "ProcessId:int ProcessCommandLine ProcessIntegrityLevel ProcessTokenElevation ProcessCreationTime:time",
        _each("Account", _ACCOUNT),
        "LogonId:int",
        _INITIATING,
        _LOGON,
        _SIGNER,
        _END,
        _SESSION,
        _OWN_SESSION,
        "ProcessUniqueId",
    ),
    _table(
        "DeviceNetworkEvents",
        "Defender: network connections",
        _DEVICE,
        "RemoteIP RemotePort:int RemoteUrl LocalIP LocalPort:int Protocol LocalIPType RemoteIPType",
        _INITIATING,
        _END,
        _SESSION,
    ),
    _table(
        "DeviceFileEvents",
        "Defender: file system",
        _DEVICE,
        "FileName FolderPath SHA1 SHA256 MD5 FileOriginUrl FileOriginReferrerUrl FileOriginIP PreviousFolderPath "
        "PreviousFileName FileSize:int",
        _INITIATING,
        "RequestProtocol RequestSourceIP RequestSourcePort:int RequestAccountName RequestAccountDomain "
        "RequestAccountSid ShareName SensitivityLabel SensitivitySubLabel IsAzureInfoProtectionApplied:bool",
        _END,
        _SESSION,
    ),
    _table(
        "DeviceEvents",
        "Defender: other device events",
        _DEVICE,
        "FileName FolderPath SHA1 SHA256 MD5 FileSize:int",
        _each("Account", "Domain Name Sid"),
        "RemoteUrl RemoteDeviceName ProcessId:int ProcessCommandLine ProcessCreationTime:time ProcessTokenElevation "
        "LogonId:int RegistryKey RegistryValueName RegistryValueData RemoteIP RemotePort:int LocalIP LocalPort:int "
        "FileOriginUrl FileOriginIP",
        _INITIATING,
        _LOGON,
        _END,
        _SESSION,
        _OWN_SESSION,
        "ProcessUniqueId",
    ),
    _table(
        "DeviceLogonEvents",
        "Defender: sign-ins on devices",
        _DEVICE,
        "LogonType",
        _each("Account", "Domain Name Sid"),
        "Protocol FailureReason IsLocalAdmin:bool LogonId:int RemoteDeviceName RemoteIP RemoteIPType RemotePort:int",
        _INITIATING,
        _END,
        _SESSION,
    ),
    _table(
        "DeviceRegistryEvents",
        "Defender: registry",
        _DEVICE,
        "RegistryKey RegistryValueType RegistryValueName RegistryValueData PreviousRegistryKey "
        "PreviousRegistryValueName PreviousRegistryValueData",
        _INITIATING,
        _END,
        _SESSION,
    ),
    _table(
        "DeviceImageLoadEvents",
        "Defender: DLL loads",
        _DEVICE,
        "FileName FolderPath SHA1 SHA256 MD5 FileSize:int",
        _INITIATING,
        _END,
        _SESSION,
    ),
    _table(
        "DeviceInfo",
        "Defender: machines",
        "Timestamp:time DeviceId DeviceName ClientVersion PublicIP OSArchitecture OSPlatform OSBuild:int "
        "IsAzureADJoined:bool JoinType AadDeviceId LoggedOnUsers:dyn RegistryDeviceTag OSVersion MachineGroup "
        "ReportId:int OnboardingStatus AdditionalFields:dyn DeviceCategory DeviceType DeviceSubtype Model Vendor "
        "OSDistribution OSVersionInfo MergedDeviceIds MergedToDeviceId IsInternetFacing:bool SensorHealthState "
        "IsExcluded:bool ExclusionReason ExposureLevel AssetValue DeviceManualTags DeviceDynamicTags "
        "ConnectivityType HostDeviceId AzureResourceId AwsResourceName GcpFullResourceName AzureVmId "
        "AzureVmSubscriptionId IsTransient:bool OsBuildRevision MitigationStatus CloudPlatforms HardwareUuid",
        is_open=True,
    ),
    _table(
        "DeviceNetworkInfo",
        "Defender: network properties of devices",
        "Timestamp:time DeviceId DeviceName NetworkAdapterName MacAddress NetworkAdapterType NetworkAdapterStatus "
        "TunnelType ConnectedNetworks:dyn DnsAddresses:dyn IPv4Dhcp IPv6Dhcp DefaultGateways:dyn IPAddresses:dyn "
        "ReportId:int NetworkAdapterVendor",
        is_open=True,
    ),
    _table(
        "DeviceFileCertificateInfo",
        "Defender: certificates of signed files",
        "Timestamp:time DeviceId DeviceName SHA1 IsSigned:bool SignatureType Signer SignerHash Issuer IssuerHash "
        "CertificateSerialNumber CrlDistributionPointUrls:dyn CertificateCreationTime:time "
        "CertificateExpirationTime:time CertificateCountersignatureTime:time IsTrusted:bool "
        "IsRootSignerMicrosoft:bool ReportId:int",
        is_open=True,
    ),
    _table(
        "AlertInfo",
        "Defender: alerts",
        "Timestamp:time AlertId Title Category Severity ServiceSource DetectionSource AttackTechniques MachineGroup",
        is_open=True,
    ),
    _table(
        "AlertEvidence",
        "Defender: what alerts are about",
        "Timestamp:time AlertId Title Categories:dyn AttackTechniques ServiceSource DetectionSource EntityType "
        "EvidenceRole EvidenceDirection FileName FolderPath SHA1 SHA256 FileSize:int ThreatFamily RemoteIP RemoteUrl "
        "AccountName AccountDomain AccountSid AccountObjectId AccountUpn DeviceId DeviceName LocalIP "
        "NetworkMessageId EmailSubject Application ApplicationId:int OAuthApplicationId ProcessCommandLine "
        "RegistryKey RegistryValueName RegistryValueData AdditionalFields:dyn Severity CloudResource CloudPlatform "
        "ResourceType ResourceID SubscriptionId",
        is_open=True,
    ),
    _table(
        "EmailEvents",
        "Defender: mail",
        "Timestamp:time NetworkMessageId InternetMessageId SenderMailFromAddress SenderFromAddress SenderDisplayName "
        "SenderObjectId SenderMailFromDomain SenderFromDomain SenderIPv4 SenderIPv6 RecipientEmailAddress "
        "RecipientObjectId Subject EmailClusterId:int EmailDirection DeliveryAction DeliveryLocation ThreatTypes "
        "ThreatNames DetectionMethods ConfidenceLevel BulkComplaintLevel:int EmailAction EmailActionPolicy "
        "EmailActionPolicyGuid AuthenticationDetails:dyn AttachmentCount:int UrlCount:int EmailLanguage Connectors "
        "OrgLevelAction OrgLevelPolicy UserLevelAction UserLevelPolicy ReportId AdditionalFields:dyn "
        "ExchangeTransportRule DistributionList ForwardingInformation Context To:dyn Cc:dyn "
        "LatestDeliveryLocation LatestDeliveryAction EmailSize:int IsFirstContact:bool",
        is_open=True,
    ),
    _table(
        "EmailAttachmentInfo",
        "Defender: attachments",
        "Timestamp:time NetworkMessageId SenderFromAddress SenderDisplayName SenderObjectId RecipientEmailAddress "
        "RecipientObjectId FileName FileType SHA256 FileSize:int ThreatTypes ThreatNames DetectionMethods ReportId "
        "FileExtension",
        is_open=True,
    ),
    _table(
        "EmailUrlInfo",
        "Defender: links in mail",
        "Timestamp:time NetworkMessageId Url UrlDomain UrlLocation ReportId",
        is_open=True,
    ),
    _table(
        "EmailPostDeliveryEvents",
        "Defender: what happened to mail after delivery",
        "Timestamp:time NetworkMessageId InternetMessageId Action ActionType ActionTrigger ActionResult "
        "RecipientEmailAddress DeliveryLocation ThreatTypes DetectionMethods ReportId",
        is_open=True,
    ),
    _table(
        "UrlClickEvents",
        "Defender: clicks on Safe Links",
        "Timestamp:time Url ActionType AccountUpn Workload NetworkMessageId ThreatTypes DetectionMethods IPAddress "
        "IsClickedThrough:bool UrlChain:dyn ReportId AppName AppVersion SourceId",
        is_open=True,
    ),
    _table(
        "IdentityLogonEvents",
        "Defender: sign-ins to identities",
        "Timestamp:time ActionType Application LogonType Protocol FailureReason AccountName AccountDomain AccountUpn "
        "AccountSid AccountObjectId AccountDisplayName DeviceName DeviceType OSPlatform IPAddress Port:int "
        "DestinationDeviceName DestinationIPAddress DestinationPort:int TargetDeviceName TargetAccountDisplayName "
        "Location ISP ReportId AdditionalFields:dyn",
        is_open=True,
    ),
    _table(
        "IdentityQueryEvents",
        "Defender: queries to directories",
        "Timestamp:time ActionType Application QueryType QueryTarget Query Protocol AccountName AccountDomain "
        "AccountUpn AccountSid AccountObjectId AccountDisplayName DeviceName IPAddress Port:int "
        "DestinationDeviceName DestinationIPAddress DestinationPort:int TargetDeviceName TargetAccountUpn "
        "TargetAccountDisplayName Location ReportId AdditionalFields:dyn",
        is_open=True,
    ),
    _table(
        "IdentityDirectoryEvents",
        "Defender: changes in directories",
        "Timestamp:time ActionType Application TargetAccountUpn TargetAccountDisplayName TargetDeviceName AccountName "
        "AccountDomain AccountUpn AccountSid AccountObjectId AccountDisplayName DeviceName IPAddress Port:int "
        "DestinationDeviceName DestinationIPAddress DestinationPort:int Protocol Location ISP ReportId "
        "AdditionalFields:dyn",
        is_open=True,
    ),
    _table(
        "IdentityInfo",
        "Defender: accounts",
        "Timestamp:time ReportId AccountObjectId AccountUpn OnPremSid AccountDisplayName AccountName AccountDomain "
        "CriticalityLevel:int Type DistinguishedName CloudSid GivenName Surname Department JobTitle EmailAddress "
        "SipProxyAddress Address City Country IsAccountEnabled:bool Manager Phone CreatedDateTime:time "
        "SourceProvider ChangeSource Tags:dyn AssignedRoles:dyn PrivilegedEntraPimRoles:dyn RiskLevel RiskStatus "
        "State GroupMembership:dyn UserAccountControl:dyn BlastRadius AccountSID AccountTenantId MailAddress "
        "AccountUPN SAMAccountName IsMFARegistered:bool UserType UserState InvestigationPriority:int",
        is_open=True,
    ),
    _table(
        "CloudAppEvents",
        "Defender: cloud applications",
        "Timestamp:time ActionType Application ApplicationId:int AppInstanceId:int AccountObjectId AccountId "
        "AccountDisplayName IsAdminOperation:bool DeviceType OSPlatform IPAddress IsAnonymousProxy:bool CountryCode "
        "City ISP UserAgent ActivityType ActivityObjects:dyn ObjectName ObjectType ObjectId ReportId AccountType "
        "IsExternalUser:bool IsImpersonated:bool IPTags:dyn IPCategory UserAgentTags:dyn RawEventData:dyn "
        "AdditionalFields:dyn LastSeenForUser:dyn UncommonForUser:dyn AuditSource SessionData:dyn "
        "OAuthAppId",
        is_open=True,
    ),
    _table(
        "BehaviorInfo",
        "Defender: behaviours",
        "Timestamp:time BehaviorId ActionType Description Categories AttackTechniques ServiceSource DetectionSource "
        "DataSources DeviceId AccountUpn AccountObjectId StartTime:time EndTime:time AdditionalFields:dyn",
        is_open=True,
    ),
    _table(
        "BehaviorEntities",
        "Defender: what behaviours are about",
        "Timestamp:time BehaviorId ActionType Categories ServiceSource DetectionSource DataSources EntityType "
        "EntityRole DetailedEntityRole FileName FolderPath SHA1 SHA256 FileSize:int ThreatFamily RemoteIP RemoteUrl "
        "AccountName AccountDomain AccountSid AccountObjectId AccountUpn DeviceId DeviceName LocalIP "
        "NetworkMessageId EmailSubject EmailClusterId:int Application ApplicationId:int OAuthApplicationId "
        "ProcessCommandLine RegistryKey RegistryValueName RegistryValueData AdditionalFields:dyn",
        is_open=True,
    ),
    _table(
        "DeviceTvmSoftwareInventory",
        "Defender: installed software",
        "DeviceId DeviceName OSPlatform OSVersion OSArchitecture SoftwareVendor SoftwareName SoftwareVersion "
        "EndOfSupportStatus EndOfSupportDate:time ProductCodeCpe",
        is_open=True,
    ),
    _table(
        "DeviceTvmSoftwareVulnerabilities",
        "Defender: vulnerabilities of devices",
        "DeviceId DeviceName OSPlatform OSVersion OSArchitecture SoftwareVendor SoftwareName SoftwareVersion CveId "
        "VulnerabilitySeverityLevel RecommendedSecurityUpdate RecommendedSecurityUpdateId CveTags:dyn "
        "CveMitigationStatus",
        is_open=True,
    ),
    _table(
        "DeviceTvmSoftwareVulnerabilitiesKB",
        "Defender: known vulnerabilities",
        "CveId CvssScore:real CvssVector CveSupportability IsExploitAvailable:bool VulnerabilitySeverityLevel "
        "LastModifiedTime:time PublishedDate:time VulnerabilityDescription AffectedSoftware:dyn EpssScore:real",
        is_open=True,
    ),
    _table(
        "DeviceTvmSecureConfigurationAssessment",
        "Defender: configuration of devices",
        "DeviceId DeviceName OSPlatform Timestamp:time ConfigurationId ConfigurationCategory "
        "ConfigurationSubcategory ConfigurationImpact:real IsCompliant:bool IsApplicable:bool Context:dyn "
        "IsExpectedUserImpact:bool",
        is_open=True,
    ),
    _table(
        "DeviceTvmSecureConfigurationAssessmentKB",
        "Defender: known configurations",
        "ConfigurationId ConfigurationImpact:real ConfigurationName ConfigurationDescription RiskDescription "
        "ConfigurationCategory ConfigurationSubcategory ConfigurationBenchmarks:dyn Tags:dyn RemediationOptions",
        is_open=True,
    ),
    _table(
        "DeviceTvmSoftwareEvidenceBeta",
        "Defender: evidence of software",
        "DeviceId SoftwareVendor SoftwareName SoftwareVersion RegistryPaths:dyn DiskPaths:dyn LastSeenTime",
        is_open=True,
    ),
    _table(
        "DeviceTvmBrowserExtensions",
        "Defender: browser extensions",
        "DeviceId BrowserName ExtensionId ExtensionName ExtensionDescription ExtensionVendor ExtensionVersion "
        "ExtensionRisk IsActivated:bool InstallationTime:time",
        is_open=True,
    ),
    _table(
        "DeviceTvmInfoGathering",
        "Defender: assessments of devices",
        "Timestamp:time LastSeenTime:time DeviceId DeviceName OSPlatform AdditionalFields:dyn",
        is_open=True,
    ),
    _table(
        "DeviceBaselineComplianceAssessment",
        "Defender: security baselines",
        "DeviceId DeviceName OSPlatform ConfigurationId ProfileId IsCompliant:bool IsApplicable:bool",
        is_open=True,
    ),
    _table(
        "AADSignInEventsBeta",
        "Defender: Entra sign-ins",
        "Timestamp:time Application ApplicationId LogonType EndpointCall ErrorCode:int CorrelationId SessionId "
        "AccountDisplayName AccountObjectId AccountUpn IsExternalUser:int IsGuestUser:bool AlternateSignInName "
        "LastPasswordChangeTimestamp:time ResourceDisplayName ResourceId ResourceTenantId DeviceName AadDeviceId "
        "OSPlatform DeviceTrustType IsManaged:int IsCompliant:int AuthenticationProcessingDetails "
        "AuthenticationRequirement TokenIssuerType:int RiskLevelAggregated:int RiskDetails:int RiskState:int "
        "UserAgent ClientAppUsed Browser ConditionalAccessPolicies ConditionalAccessStatus:int IPAddress Country "
        "State City Latitude Longitude NetworkLocationDetails RequestId ReportId",
        is_open=True,
    ),
    _table(
        "AADSpnSignInEventsBeta",
        "Defender: Entra sign-ins of services",
        "Timestamp:time Application ApplicationId IsManagedIdentity:bool ErrorCode:int CorrelationId "
        "ServicePrincipalName ServicePrincipalId ResourceDisplayName ResourceId ResourceTenantId IPAddress Country "
        "State City Latitude Longitude RequestId ReportId",
        is_open=True,
    ),
    _table(
        "ExposureGraphNodes",
        "Defender: exposure graph",
        "NodeId NodeLabel NodeName Categories:dyn NodeProperties:dyn EntityIds:dyn",
        is_open=True,
    ),
    _table(
        "ExposureGraphEdges",
        "Defender: exposure graph",
        "EdgeId EdgeLabel SourceNodeId SourceNodeName "
        "SourceNodeLabel SourceNodeCategories:dyn TargetNodeId TargetNodeName TargetNodeLabel "
        "TargetNodeCategories:dyn EdgeProperties:dyn",
        is_open=True,
    ),
)
