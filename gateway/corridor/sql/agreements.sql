-- Whole agreements, each with its parties and the latest assessment of each direction. $1: their keys; all where null.
select
    agreement.id,
    agreement.series,
    agreement.ordinal,
    agreement.purposes,
    agreement.state,
    agreement.signed_on,
    agreement.valid_until,
    agreement.document_hash,
    agreement.version,
    array(
        select party.cluster
        from corridor.agreement_party as party
        where party.agreement = agreement.id
        order by party.cluster
    ) as parties,
    array(
        select party.cluster
        from corridor.agreement_party as party
        where party.agreement = agreement.id and party.signed_on is not null
        order by party.cluster
    ) as signed_by,
    array(
        select row(
            latest.from_cluster,
            latest.to_cluster,
            latest.data_categories,
            latest.outcome,
            latest.assessed_on,
            latest.review_by
        )
        from (
            select distinct on (assessment.from_cluster, assessment.to_cluster) assessment.*
            from corridor.privacy_assessment as assessment
            where assessment.agreement = agreement.id
            order by
                assessment.from_cluster,
                assessment.to_cluster,
                assessment.id desc
        ) as latest
        order by
            latest.from_cluster,
            latest.to_cluster
    ) as assessments
from corridor.agreement
where $1::uuid[] is null or agreement.id = any($1)
order by
    agreement.ordinal,
    agreement.series
