"""Microsoft Sentinel and Log Analytics: tables that are not Defender's.

Names and kinds as in the Azure Monitor table reference. Long tables list what detection rules and our renderers use and
are open; `CommonSecurityLog` (the Common Event Format) is complete.
"""

from __future__ import annotations

from simulator.tables.model import Table
from simulator.tables.words import columns

_REFERENCE = "https://learn.microsoft.com/azure/azure-monitor/reference/tables/{}"
_EVERY = "TimeGenerated:time TenantId SourceSystem Type _ResourceId _SubscriptionId _BilledSize:real _IsBillable"


def _table(name: str, title: str, *texts: str, is_open: bool = True) -> Table:
    source = _REFERENCE.format(name.lower())
    return Table(f"sentinel.{name}", title, columns(_EVERY, *texts), source, open=is_open)


_CUSTOM = " ".join(
    [f"DeviceCustom{kind}{n} DeviceCustom{kind}{n}Label" for kind, most in (("String", 6),) for n in range(1, most + 1)]
    + [f"DeviceCustomNumber{n}:int DeviceCustomNumber{n}Label" for n in range(1, 4)]
    + [f"DeviceCustomFloatingPoint{n}:real DeviceCustomFloatingPoint{n}Label" for n in range(1, 5)]
    + [f"DeviceCustomDate{n} DeviceCustomDate{n}Label" for n in range(1, 3)]
    + [f"DeviceCustomIPv6Address{n} DeviceCustomIPv6Address{n}Label" for n in range(1, 5)]
    + [f"FlexDate{n} FlexDate{n}Label" for n in range(1, 2)]
    + [f"FlexNumber{n}:int FlexNumber{n}Label FlexString{n} FlexString{n}Label" for n in range(1, 3)]
    + [f"FieldDeviceCustomNumber{n}:int" for n in range(1, 4)]
)

SENTINEL_TABLES: tuple[Table, ...] = (
    _table(
        "SecurityEvent",
        "Sentinel: Windows Security log",
        "Computer EventID:int Activity Channel Level Task:int EventSourceName EventData EventRecordId "
        "EventOriginId ManagementGroupName SourceComputerId PartitionKey StorageAccount TimeCollected:time "
        "SystemThreadId:int SystemProcessId:int SystemUserId Correlation Keywords Opcode Version:int "
        "Account AccountType AccountDomain AccountName AccountSessionIdentifier "
        "SubjectAccount SubjectDomainName SubjectLogonId SubjectUserName SubjectUserSid SubjectMachineName "
        "TargetAccount TargetDomainName TargetLogonId TargetUserName TargetUserSid TargetUser TargetSid "
        "TargetServerName TargetInfo TargetLinkedLogonId TargetOutboundUserName TargetOutboundDomainName "
        "NewProcessId NewProcessName Process ProcessId ProcessName CommandLine ParentProcessName "
        "TokenElevationType MandatoryLabel ElevatedToken "
        "LogonType:int LogonTypeName LogonID LogonGuid LogonHours LogonProcessName AuthenticationPackageName "
        "AuthenticationLevel LmPackageName KeyLength TransmittedServices ImpersonationLevel RestrictedAdminMode "
        "VirtualAccount WorkstationName Workstation IpAddress IpPort ClientAddress ClientName ClientIPAddress "
        "SourceHost Status SubStatus FailureReason "
        "AccessList AccessMask AccessReason Accesses AdditionalInfo AdditionalInfo2 ObjectName ObjectServer ObjectType "
        "ObjectValueName OperationType OperationName OldValue NewValue OldValueType NewValueType HandleId Properties "
        "ShareName ShareLocalPath RelativeTargetName "
        "ServiceName ServiceFileName ServiceType ServiceStartType ServiceAccount TaskName TaskContent "
        "TicketEncryptionType TicketOptions PreAuthType CertIssuerName CertSerialNumber CertThumbprint "
        "MemberName MemberSid GroupMembership PrivilegeList AllowedToDelegateTo SamAccountName UserPrincipalName "
        "UserAccountControl UserParameters UserWorkstations DisplayName HomeDirectory HomePath ProfilePath ScriptPath "
        "PasswordLastSet PrimaryGroupId SidHistory OldUacValue NewUacValue AccountExpires DnsHostName "
        "ServicePrincipalNames OldTargetUserName NewTargetUserName AttributeLDAPDisplayName AttributeValue ObjectDN "
        "AuditPolicyChanges AuditSourceName CategoryId SubcategoryGuid SubcategoryId DeviceId DeviceDescription "
        "ClassId "
        "ClassName CompatibleIds VendorIds LocationInformation Filename FilePath FileHash FilePathNoUser Fqbn "
        "PackageName PolicyName RuleName TargetProcessName Severity ErrorCode",
    ),
    _table(
        "CommonSecurityLog",
        "Sentinel: Common Event Format",
        "Computer CollectorHostName "
        "Activity AdditionalExtensions ApplicationProtocol CommunicationDirection DestinationDnsDomain "
        "DestinationHostName DestinationIP DestinationMACAddress DestinationNTDomain DestinationPort:int "
        "DestinationProcessId:int DestinationProcessName DestinationServiceName DestinationTranslatedAddress "
        "DestinationTranslatedPort:int DestinationUserID DestinationUserName DestinationUserPrivileges DeviceAction "
        "DeviceAddress DeviceDnsDomain DeviceEventCategory DeviceEventClassID DeviceExternalID DeviceFacility "
        "DeviceInboundInterface DeviceMacAddress DeviceName DeviceNtDomain DeviceOutboundInterface DevicePayloadId "
        "DeviceProduct DeviceTimeZone DeviceTranslatedAddress DeviceVendor DeviceVersion EndTime:time EventCount:int "
        "EventOutcome EventType:int ExternalID:int ExtID FileCreateTime FileHash FileID FileModificationTime FileName "
        "FilePath FilePermission FileSize:int FileType IndicatorThreatType LogSeverity MaliciousIP MaliciousIPCountry "
        "MaliciousIPLatitude:real MaliciousIPLongitude:real Message OldFileCreateTime OldFileHash OldFileID "
        "OldFileModificationTime OldFileName OldFilePath OldFilePermission OldFileSize:int OldFileType "
        "OriginalLogSeverity "
        "ProcessID:int ProcessName Protocol Reason ReceiptTime ReceivedBytes:int RemoteIP RemotePort "
        "ReportReferenceLink "
        "RequestClientApplication RequestContext RequestCookies RequestMethod RequestURL SentBytes:int "
        "SimplifiedDeviceAction "
        "SourceDnsDomain SourceHostName SourceIP SourceMACAddress SourceNTDomain SourcePort:int SourceProcessId:int "
        "SourceProcessName SourceServiceName SourceTranslatedAddress SourceTranslatedPort:int SourceUserID "
        "SourceUserName "
        "SourceUserPrivileges StartTime:time ThreatConfidence ThreatDescription ThreatSeverity:int",
        _CUSTOM,
        is_open=False,
    ),
    _table(
        "DnsEvents",
        "Sentinel: DNS server",
        "Computer EventId:int SubType ClientIP Name QueryType:text IPAddresses ResultCode:int Result Description "
        "Message Severity:int TaskCategory Confidence IndicatorThreatType MaliciousIP RemoteIPCountry "
        "RemoteIPLatitude:real RemoteIPLongitude:real ReportReferenceLink SourceComputerId",
    ),
    _table(
        "Event",
        "Sentinel: Windows event logs",
        "Computer Source EventLog EventLevel:int EventLevelName EventID:int EventCategory:int UserName Message "
        "RenderedDescription ParameterXml EventData AzureDeploymentID Role MG ManagementGroupName",
    ),
    _table(
        "WindowsEvent",
        "Sentinel: forwarded Windows events",
        "Computer Channel Correlation EventData:dyn EventID:int EventLevel:int EventLevelName EventOriginId "
        "EventRecordId Keywords ManagementGroupName Opcode Provider RawEventData SystemProcessId:int "
        "SystemThreadId:int SystemUserId Task:int TimeCreated:time Version:int",
    ),
    _table(
        "Syslog",
        "Sentinel: syslog",
        "Computer HostName HostIP Facility SeverityLevel ProcessName ProcessID:int SyslogMessage EventTime:time "
        "CollectorHostName MG",
    ),
    _table(
        "SigninLogs",
        "Sentinel: Entra sign-ins",
        "AADTenantId AlternateSignInName AppDisplayName AppId AppliedEventListeners:dyn "
        "AuthenticationContextClassReferences AuthenticationDetails AuthenticationMethodsUsed "
        "AuthenticationProcessingDetails AuthenticationProtocol AuthenticationRequirement "
        "AuthenticationRequirementPolicies AutonomousSystemNumber Category ClientAppUsed ConditionalAccessPolicies:dyn "
        "ConditionalAccessStatus CorrelationId CreatedDateTime:time CrossTenantAccessType DeviceDetail:dyn "
        "DurationMs:int FlaggedForReview:bool HomeTenantId HomeTenantName Id Identity IPAddress "
        "IPAddressFromResourceProvider IsInteractive:bool IsRisky:bool Level Location LocationDetails:dyn "
        "MfaDetail:dyn NetworkLocationDetails OperationName OperationVersion OriginalRequestId ProcessingTimeInMs "
        "Resource ResourceDisplayName ResourceGroup ResourceId ResourceIdentity ResourceProvider "
        "ResourceServicePrincipalId ResourceTenantId ResultDescription ResultSignature ResultType RiskDetail "
        "RiskEventTypes RiskEventTypes_V2 RiskLevelAggregated RiskLevelDuringSignIn RiskState ServicePrincipalId "
        "ServicePrincipalName SessionLifetimePolicies SignInIdentifier SignInIdentifierType Status:dyn "
        "TokenIssuerName TokenIssuerType UniqueTokenIdentifier UserAgent UserDisplayName UserId UserPrincipalName "
        "UserType",
    ),
    _table(
        "AADNonInteractiveUserSignInLogs",
        "Sentinel: Entra sign-ins without the user",
        "AlternateSignInName AppDisplayName AppId AuthenticationDetails AuthenticationProcessingDetails "
        "AuthenticationProtocol AuthenticationRequirement AutonomousSystemNumber Category ClientAppUsed "
        "ConditionalAccessPolicies ConditionalAccessStatus CorrelationId CreatedDateTime:time CrossTenantAccessType "
        "DeviceDetail HomeTenantId Id Identity IPAddress IsInteractive:bool IsRisky:bool Location LocationDetails "
        "MfaDetail NetworkLocationDetails OperationName ResourceDisplayName ResourceIdentity ResourceTenantId "
        "ResultDescription ResultSignature ResultType RiskDetail RiskEventTypes RiskLevelAggregated "
        "RiskLevelDuringSignIn RiskState Status UniqueTokenIdentifier UserAgent UserDisplayName UserId "
        "UserPrincipalName UserType",
    ),
    _table(
        "AADServicePrincipalSignInLogs",
        "Sentinel: Entra sign-ins of services",
        "AppId Category ConditionalAccessPolicies ConditionalAccessStatus CorrelationId Identity IPAddress Location "
        "LocationDetails OperationName ResourceDisplayName ResourceIdentity ResultDescription ResultSignature "
        "ResultType ServicePrincipalCredentialKeyId ServicePrincipalId ServicePrincipalName UniqueTokenIdentifier",
    ),
    _table(
        "AuditLogs",
        "Sentinel: Entra audit",
        "AADOperationType AADTenantId ActivityDateTime:time ActivityDisplayName AdditionalDetails:dyn Category "
        "CorrelationId DurationMs:int Id Identity InitiatedBy:dyn Level Location LoggedByService OperationName "
        "OperationVersion Resource ResourceGroup ResourceId ResourceProvider Result ResultDescription ResultReason "
        "ResultSignature ResultType TargetResources:dyn",
    ),
    _table(
        "OfficeActivity",
        "Sentinel: Microsoft 365 audit",
        "AADGroupId AADTarget Activity Actor ActorContextId ActorIpAddress AffectedItems AppDistributionMode AppId "
        "Application ApplicationId AppPoolName AzureActiveDirectory_EventType AzureADAppId ChannelGuid ChannelName "
        "ChannelType ChatName ChatThreadId Client Client_IPAddress ClientAppId ClientInfoString ClientIP ClientIP_ "
        "ClientMachineName ClientProcessName ClientVersion CommunicationType CrossMailboxOperations:bool CustomEvent "
        "DataCenterSecurityEventType:int DestFolder DestinationFileExtension DestinationFileName "
        "DestinationRelativeUrl DestMailboxId DestMailboxOwnerMasterAccountSid DestMailboxOwnerSid DestMailboxOwnerUPN "
        "EffectiveOrganization ElevationApprovedTime:time ElevationApprover ElevationDuration:int ElevationRequestId "
        "ElevationRole ElevationTime:time Event_Data EventSource ExtendedProperties ExternalAccess Folder Folders "
        "GenericInfo InternalLogonType InterSystemsId IntraSystemId IsManagedDevice:bool Item ItemName ItemType "
        "LoginStatus:int Logon_Type LogonUserDisplayName LogonUserSid MachineDomainInfo MachineId MailboxGuid "
        "MailboxOwnerMasterAccountSid MailboxOwnerSid MailboxOwnerUPN Members:dyn MessageId ModifiedObjectResolvedName "
        "ModifiedProperties Name NewValue OfficeId OfficeObjectId OfficeTenantId OfficeWorkload OldValue Operation "
        "OperationProperties:dyn OperationScope OrganizationId OrganizationName OriginatingServer Parameters "
        "RecordType ResultReasonType ResultStatus SendAsUserMailboxGuid SendAsUserSmtp SendonBehalfOfUserMailboxGuid "
        "SendOnBehalfOfUserSmtp SharingType Site_ Site_Url SiteUrl Source_Name SourceFileExtension SourceFileName "
        "SourceRecordId SourceRelativeUrl SRPolicyId SRPolicyName SRRuleMatchDetails:dyn Start_Time:time "
        "SupportTicketId "
        "TabType TargetContextId TargetUserId TargetUserOrGroupName TargetUserOrGroupType TeamGuid TeamName UserAgent "
        "UserDomain UserId UserId_ UserKey UserSharedWith UserType",
    ),
    _table(
        "AzureActivity",
        "Sentinel: Azure activity",
        "ActivityStatus ActivityStatusValue ActivitySubstatus ActivitySubstatusValue Authorization Authorization_d:dyn "
        "Caller CallerIpAddress Category CategoryValue Claims Claims_d:dyn CorrelationId EventDataId "
        "EventSubmissionTimestamp:time Hierarchy HTTPRequest Level OperationId OperationName OperationNameValue "
        "Properties Properties_d:dyn Resource ResourceGroup ResourceId ResourceProvider ResourceProviderValue "
        "SubscriptionId",
    ),
    _table(
        "AzureDiagnostics",
        "Sentinel: diagnostics of Azure resources",
        "Category CorrelationId Level OperationName Resource ResourceGroup ResourceId ResourceProvider ResourceType "
        "ResultDescription ResultSignature ResultType SubscriptionId CallerIPAddress requestUri_s clientIP_s",
    ),
    _table(
        "W3CIISLog",
        "Sentinel: IIS",
        "Computer Date Time sSiteName sComputerName sIP csMethod csUriStem csUriQuery sPort:int csUserName cIP "
        "csVersion csUserAgent csCookie csReferer csHost scStatus scSubStatus scWin32Status scBytes:int csBytes:int "
        "TimeTaken:int StorageAccount Role RoleInstance AzureDeploymentID Confidence Description FirstReportedDateTime "
        "IndicatorThreatType IsActive MaliciousIP RemoteIPCountry RemoteIPLatitude:real RemoteIPLongitude:real "
        "ReportReferenceLink Severity:int TLPLevel FileOffset:int FileUri LastReportedDateTime ManagementGroupName",
    ),
    _table(
        "SecurityAlert",
        "Sentinel: alerts",
        "AlertLink AlertName AlertSeverity AlertType CompromisedEntity ConfidenceLevel ConfidenceScore:real "
        "Description "
        "DisplayName EndTime:time Entities ExtendedLinks ExtendedProperties IsIncident:bool ProcessingEndTime:time "
        "ProductComponentName ProductName ProviderName RemediationSteps ResourceId SourceComputerId StartTime:time "
        "Status "
        "SubTechniques SystemAlertId Tactics Techniques VendorName VendorOriginalId WorkspaceResourceGroup "
        "WorkspaceSubscriptionId",
    ),
    _table(
        "SecurityIncident",
        "Sentinel: incidents",
        "AdditionalData:dyn AlertIds:dyn BookmarkIds:dyn Classification ClassificationComment ClassificationReason "
        "ClosedTime:time Comments:dyn CreatedTime:time Description FirstActivityTime:time FirstModifiedTime:time "
        "IncidentName IncidentNumber:int IncidentUrl Labels:dyn LastActivityTime:time LastModifiedTime:time ModifiedBy "
        "Owner:dyn ProviderIncidentId ProviderName RelatedAnalyticRuleIds:dyn Severity Status Tasks:dyn Title",
    ),
    _table(
        "ThreatIntelligenceIndicator",
        "Sentinel: indicators",
        "Action Active:bool ActivityGroupNames AdditionalInformation ApplicationId AzureTenantId ConfidenceScore:real "
        "Description DiamondModel DomainName EmailEncoding EmailLanguage EmailRecipient EmailSenderAddress "
        "EmailSenderName EmailSourceDomain EmailSourceIpAddress EmailSubject EmailXMailer ExpirationDateTime:time "
        "ExternalIndicatorId FileCompileDateTime:time FileCreatedDateTime:time FileHashType FileHashValue "
        "FileMutexName "
        "FileName FilePacker FilePath FileSize:int FileType IndicatorId IndicatorProvider KillChainActions:bool "
        "KnownFalsePositives MalwareNames NetworkCidrBlock NetworkDestinationAsn:int NetworkDestinationCidrBlock "
        "NetworkDestinationIP NetworkDestinationPort:int NetworkIP NetworkPort:int NetworkProtocol:int "
        "NetworkSourceAsn:int NetworkSourceCidrBlock NetworkSourceIP NetworkSourcePort:int PassiveOnly:bool "
        "ThreatSeverity:int ThreatType TrafficLightProtocolLevel Url UserAgent Tags",
    ),
    _table(
        "BehaviorAnalytics",
        "Sentinel: behaviour of users",
        "ActionType ActivityInsights:dyn ActivityType Device DevicesInsights:dyn DestinationDevice "
        "DestinationIPAddress "
        "DestinationIPLocation EventProductVersion EventSource EventVendor InvestigationPriority:int NativeTableName "
        "SourceDevice SourceIPAddress SourceIPLocation SourceRecordId TargetUserName UserName UserPrincipalName "
        "UsersInsights:dyn TimeProcessed:time",
    ),
    _table(
        "AWSCloudTrail",
        "Sentinel: AWS CloudTrail",
        "AdditionalEventData APIVersion AwsEventId AWSRegion AwsRequestId AwsRequestId_ Category CidrIp CipherSuite "
        "ClientProvidedHostHeader DestinationPort EC2RoleDelivery ErrorCode ErrorMessage EventName EventSource "
        "EventTypeName EventVersion IpProtocol ManagementEvent:bool OperationName ReadOnly:bool RecipientAccountId "
        "RequestParameters Resources ResponseElements ServiceEventDetails SessionCreationDate:time "
        "SessionIssuerAccountId "
        "SessionIssuerArn SessionIssuerPrincipalId SessionIssuerType SessionIssuerUserName "
        "SessionMfaAuthenticated:bool "
        "SharedEventId SourceIpAddress SourcePort TlsVersion UserAgent UserIdentityAccessKeyId UserIdentityAccountId "
        "UserIdentityArn UserIdentityInvokedBy UserIdentityPrincipalid UserIdentityType UserIdentityUserName "
        "VpcEndpointId",
    ),
    _table("Heartbeat", "Sentinel: agents", "Computer ComputerIP OSType OSName Category Version Solutions "
           "ComputerEnvironment VMUUID ResourceId"),
    _table("LAQueryLogs", "Sentinel: queries on the workspace", "AADClientId AADEmail AADObjectId AADTenantId "
           "ConditionalDataStats CorrelationId IsBillableQuery:bool QueryText QueryTimeRangeEnd:time "
           "QueryTimeRangeStart:time RequestClientApp RequestContext:dyn RequestTarget ResponseCode:int "
           "ResponseDurationMs:real ResponseRowCount:int StatsCPUTimeMs:real"),
    _table("Usage", "Sentinel: volume of data", "Computer DataType Solution Quantity:real QuantityUnit IsBillable:bool "
           "StartTime:time EndTime:time ResourceUri"),
    _table("Watchlist", "Sentinel: watchlists", "AzureTenantId CorrelationId CreatedBy CreatedTimeUTC:time "
           "DefaultDuration "
           "DTItemId DTItemStatus DTItemType DTTimestamp EntityMapping:dyn LastUpdatedTimeUTC:time Notes Provider "
           "SearchKey Source Tags TimeToLive UpdatedBy WatchlistAlias WatchlistCategory WatchlistId WatchlistItem:dyn "
           "WatchlistItemId WatchlistName"),
    _table("StorageBlobLogs", "Sentinel: blob storage", "AccountName AuthenticationHash AuthenticationType "
           "AuthorizationDetails:dyn CallerIpAddress Category ClientRequestId ConditionsUsed ContentLengthHeader:int "
           "CorrelationId DurationMs:real Etag LastModifiedTime:time Location MetricResponseType ObjectKey "
           "OperationCount:int OperationName OperationVersion Protocol ReferrerHeader RequestBodySize:int "
           "RequesterAppId RequesterAudience RequesterObjectId RequesterTenantId RequesterTokenIssuer "
           "RequesterUpn RequestHeaderSize:int RequestMd5 ResponseBodySize:int ResponseHeaderSize:int ResponseMd5 "
           "ServerLatencyMs:real ServiceType SourceAccessTier StatusCode StatusText TlsVersion Uri UserAgentHeader"),
)  # fmt: skip
