/** The mutations of vocabulary, each with all that it may answer. */
import { graphql } from '../graphql/gql.ts';

export const EntityTypeFacts = graphql(`
  fragment EntityTypeFacts on EntityType {
    id
    slug
    name
    displayName
    description
    agent { id }
    managedBy { id }
    sourceKey
    sourceRelease
    mirroredAt
    locallyChanged
    lastWriter
    orphaned
    archivedAt
    createdAt
    updatedAt
    viewerCanEdit
    metadataSchema
  }
`);

export const RelationshipTypeFacts = graphql(`
  fragment RelationshipTypeFacts on RelationshipType {
    id
    slug
    name
    displayName
    description
    agent { id }
    managedBy { id }
    sourceKey
    sourceRelease
    mirroredAt
    locallyChanged
    lastWriter
    orphaned
    archivedAt
    createdAt
    updatedAt
    viewerCanEdit
    metadataSchema
    isSymmetric
    inverse { id }
    rules { source { slug } target { slug } }
  }
`);

export const ClassifierFacts = graphql(`
  fragment ClassifierFacts on Classifier {
    id
    slug
    name
    displayName
    description
    agent { id }
    managedBy { id }
    sourceKey
    sourceRelease
    mirroredAt
    locallyChanged
    lastWriter
    orphaned
    archivedAt
    createdAt
    updatedAt
    viewerCanEdit
    watcher { id }
    currentVersion { id version attributeKey attributeValues }
    versions { nodes { id version } }
  }
`);

export const WatcherFacts = graphql(`
  fragment WatcherFacts on Watcher {
    id
    slug
    name
    displayName
    description
    agent { id }
    managedBy { id }
    sourceKey
    sourceRelease
    mirroredAt
    locallyChanged
    lastWriter
    orphaned
    archivedAt
    createdAt
    updatedAt
    viewerCanEdit
    schedule
    scheduleEnabled
    connection
    currentVersion { id version prompt extractionSchema reactionScript }
    versions { nodes { id version } }
  }
`);

export const CreateEntityType = graphql(`
  mutation CreateEntityType($input: CreateEntityTypeInput!) {
    createEntityType(input: $input) {
      __typename
      ... on CreateEntityTypePayload {
        requestId
        entityType { ...EntityTypeFacts }
      }
      ...Refusal
      ... on SlugTakenError { slug }
    }
  }
`);

export const UpdateEntityType = graphql(`
  mutation UpdateEntityType($input: UpdateEntityTypeInput!) {
    updateEntityType(input: $input) {
      __typename
      ... on UpdateEntityTypePayload {
        requestId
        entityType { ...EntityTypeFacts }
      }
      ...Refusal
      ... on SlugTakenError { slug }
      ... on ManagedByTemplateError { installation { id } }
      ... on VocabularyArchivedError { archivedAt }
    }
  }
`);

export const ArchiveEntityType = graphql(`
  mutation ArchiveEntityType($input: ArchiveEntityTypeInput!) {
    archiveEntityType(input: $input) {
      __typename
      ... on ArchiveEntityTypePayload {
        requestId
        entityType { ...EntityTypeFacts }
      }
      ...Refusal
      ... on ManagedByTemplateError { installation { id } }
    }
  }
`);

export const CreateRelationshipType = graphql(`
  mutation CreateRelationshipType($input: CreateRelationshipTypeInput!) {
    createRelationshipType(input: $input) {
      __typename
      ... on CreateRelationshipTypePayload {
        requestId
        relationshipType { ...RelationshipTypeFacts }
      }
      ...Refusal
      ... on SlugTakenError { slug }
    }
  }
`);

export const UpdateRelationshipType = graphql(`
  mutation UpdateRelationshipType($input: UpdateRelationshipTypeInput!) {
    updateRelationshipType(input: $input) {
      __typename
      ... on UpdateRelationshipTypePayload {
        requestId
        relationshipType { ...RelationshipTypeFacts }
      }
      ...Refusal
      ... on SlugTakenError { slug }
      ... on ManagedByTemplateError { installation { id } }
      ... on VocabularyArchivedError { archivedAt }
    }
  }
`);

export const ArchiveRelationshipType = graphql(`
  mutation ArchiveRelationshipType($input: ArchiveRelationshipTypeInput!) {
    archiveRelationshipType(input: $input) {
      __typename
      ... on ArchiveRelationshipTypePayload {
        requestId
        relationshipType { ...RelationshipTypeFacts }
      }
      ...Refusal
      ... on ManagedByTemplateError { installation { id } }
    }
  }
`);

export const CreateClassifier = graphql(`
  mutation CreateClassifier($input: CreateClassifierInput!) {
    createClassifier(input: $input) {
      __typename
      ... on CreateClassifierPayload {
        requestId
        classifier { ...ClassifierFacts }
      }
      ...Refusal
      ... on SlugTakenError { slug }
    }
  }
`);

export const UpdateClassifier = graphql(`
  mutation UpdateClassifier($input: UpdateClassifierInput!) {
    updateClassifier(input: $input) {
      __typename
      ... on UpdateClassifierPayload {
        requestId
        classifier { ...ClassifierFacts }
      }
      ...Refusal
      ... on SlugTakenError { slug }
      ... on ManagedByTemplateError { installation { id } }
      ... on VocabularyArchivedError { archivedAt }
    }
  }
`);

export const ArchiveClassifier = graphql(`
  mutation ArchiveClassifier($input: ArchiveClassifierInput!) {
    archiveClassifier(input: $input) {
      __typename
      ... on ArchiveClassifierPayload {
        requestId
        classifier { ...ClassifierFacts }
      }
      ...Refusal
      ... on ManagedByTemplateError { installation { id } }
    }
  }
`);

export const CreateWatcher = graphql(`
  mutation CreateWatcher($input: CreateWatcherInput!) {
    createWatcher(input: $input) {
      __typename
      ... on CreateWatcherPayload {
        requestId
        watcher { ...WatcherFacts }
      }
      ...Refusal
      ... on SlugTakenError { slug }
    }
  }
`);

export const UpdateWatcher = graphql(`
  mutation UpdateWatcher($input: UpdateWatcherInput!) {
    updateWatcher(input: $input) {
      __typename
      ... on UpdateWatcherPayload {
        requestId
        watcher { ...WatcherFacts }
      }
      ...Refusal
      ... on SlugTakenError { slug }
      ... on ManagedByTemplateError { installation { id } }
      ... on VocabularyArchivedError { archivedAt }
    }
  }
`);

export const ArchiveWatcher = graphql(`
  mutation ArchiveWatcher($input: ArchiveWatcherInput!) {
    archiveWatcher(input: $input) {
      __typename
      ... on ArchiveWatcherPayload {
        requestId
        watcher { ...WatcherFacts }
      }
      ...Refusal
      ... on ManagedByTemplateError { installation { id } }
    }
  }
`);

export const RecordWatcherWindow = graphql(`
  mutation RecordWatcherWindow($input: RecordWatcherWindowInput!) {
    recordWatcherWindow(input: $input) {
      __typename
      ... on RecordWatcherWindowPayload {
        watcher { id }
        window { id startsAt endsAt extractedData version { id version prompt } }
      }
      ...Refusal
      ... on WatcherWindowRecordedError { window { id } }
      ... on VocabularyArchivedError { archivedAt }
    }
  }
`);
